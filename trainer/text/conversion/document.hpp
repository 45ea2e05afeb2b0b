#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "text/added_tokens.hpp"
#include "text/tokenizer_document.hpp"

// A tokenizer.json being put together, and the parts it is made of, named as in the file.
namespace trainer::text {

class Document {
 public:
  // The model's JSON without its tables, and those. `place` names the model's files in messages.
  Document(Json model, ModelTables tables, std::string place);

  void set(std::string_view part, Json component);
  // Adds a token, or changes the one of the same content. A token that is not in the model's
  // vocabulary gets the next id; the one in `token` is not looked at.
  void add(AddedToken token);
  const AddedToken* find_added(const std::string& content) const;
  // The id of a token, added or the model's; throws kInvalidInput when there is none.
  std::int32_t id_of(const std::string& token) const;
  std::optional<std::int32_t> find_id(const std::string& token) const;

  // The whole; the added tokens in order of their ids.
  TokenizerDocument finish() &&;

 private:
  TokenizerDocument made_;
  std::unordered_map<std::string_view, std::int32_t> ids_;  // views into made_.tables
  std::vector<AddedToken> added_;
  std::unordered_map<std::string, std::size_t> added_index_;  // in added_, by content
  std::int32_t next_id_;
};

namespace parts {

// Normalizers.
Json replace(std::string_view text, std::string_view by);
Json replace_pattern(std::string_view regex, std::string_view by);
Json strip(bool left, bool right);
Json precompiled(std::string_view charsmap);  // the blob, not in base 64
Json named(std::string_view type);            // a component without parameters

// Pre-tokenizers and decoders.
Json metaspace(std::string_view prepend_scheme, bool split = true);
Json byte_level(bool add_prefix_space, bool trim_offsets, bool use_regex = true);

// {"type": type, key: list}
Json sequence(std::string_view key, Json list);

// Post-processors. A part is a token and its type id; "$A" and "$B" are the texts.
struct Part {
  std::string token;
  std::int32_t type_id = 0;
};
Json special_token(const Document& document, const std::string& token);
Json template_processing(const Document& document, const std::vector<Part>& single,
                         const std::vector<Part>& pair);

}  // namespace parts

}  // namespace trainer::text
