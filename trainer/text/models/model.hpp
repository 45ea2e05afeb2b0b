#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "text/json_fields.hpp"
#include "text/models/vocabulary.hpp"

// Third stage: one word to ids. Immutable and const; any thread.
namespace trainer::text {

// Whether words are characters, or bytes that stand for GPT-2's byte alphabet (see
// pre_tokenizers/pre_tokenizer.hpp).
enum class WordUnit { kCharacters, kBytes };

class Model {
 public:
  virtual ~Model() = default;
  // Appends the ids of a word that is not empty.
  virtual void encode(std::string_view word, std::vector<std::int32_t>& ids) const = 0;
  // The id of a token as it is written in the vocabulary file.
  virtual std::optional<std::int32_t> id_of(std::string_view token) const = 0;
  virtual std::size_t vocab_size()
      const noexcept = 0;  // tokens in the vocabulary, as the library counts them
};

// From tokenizer.json's "model". Throws kUnsupported naming the component, kInvalidInput for a
// broken one.
std::unique_ptr<Model> load_model(const Component& component, WordUnit unit);

// A {"token": id} object.
std::vector<VocabularyEntry> load_vocabulary(const Component& vocab);

}  // namespace trainer::text
