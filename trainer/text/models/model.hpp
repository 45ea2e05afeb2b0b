#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "text/json_fields.hpp"
#include "text/models/model_tables.hpp"

// Third stage: one word to ids. Immutable and const; any thread.
namespace trainer::text {

// Whether words are characters, or bytes that stand for GPT-2's byte alphabet (see
// pre_tokenizers/pre_tokenizer.hpp).
enum class WordUnit { kCharacters, kBytes };

// A token and the bytes [begin, end) of the word that it stands for. Places are the library's own,
// which counts the lengths of tokens: where it leaves out an unknown character, what follows is
// placed as if that character had not been there.
struct Token {
  std::int32_t id = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const Token&) const = default;
};

class Model {
 public:
  virtual ~Model() = default;
  // Appends the ids of a word that is not empty. Throws kInvalidInput when it holds what the
  // vocabulary does not and the model has no unknown token, as the library does.
  virtual void encode(std::string_view word, std::vector<std::int32_t>& ids) const = 0;
  // The same ids, with their places; slower.
  virtual void encode(std::string_view word, std::vector<Token>& tokens) const = 0;
  // The id of a token as it is written in the vocabulary file.
  virtual std::optional<std::int32_t> id_of(std::string_view token) const = 0;
  // The token of an id, as it is written in the vocabulary file: what decoders read.
  virtual std::optional<std::string> token_of(std::int32_t id) const = 0;
  // Tokens in the vocabulary, as the library counts them.
  virtual std::size_t vocab_size() const noexcept = 0;
};

// From tokenizer.json's "model", whose vocab and merges are in `tables`. Throws kUnsupported naming
// the component, kInvalidInput for a broken one.
std::unique_ptr<Model> load_model(const Component& component, const ModelTables& tables,
                                  WordUnit unit);

}  // namespace trainer::text
