#include "text/conversion/document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/error.hpp"

namespace trainer::text {
namespace {

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= count ? kDigits[group >> (18U - 6U * k) & 0x3FU] : '=';
  }
  return out;
}

Json token_json(const AddedToken& token) {
  return {{"id", token.id},          {"content", token.content}, {"single_word", token.single_word},
          {"lstrip", token.lstrip},  {"rstrip", token.rstrip},   {"normalized", token.normalized},
          {"special", token.special}};
}

}  // namespace

Document::Document(Json model, ModelTables tables, std::string place) {
  made_.tables = std::move(tables);
  made_.place = std::move(place);
  ids_.reserve(made_.tables.vocabulary.size() + made_.tables.pieces.size());
  for (const VocabularyEntry& entry : made_.tables.vocabulary) ids_[entry.token] = entry.id;
  std::int32_t id = 0;
  for (const Piece& piece : made_.tables.pieces) ids_[piece.token] = id++;
  next_id_ = static_cast<std::int32_t>(made_.tables.pieces.empty() ? ids_.size()
                                                                   : made_.tables.pieces.size());
  for (const char* part :
       {"truncation", "padding", "normalizer", "pre_tokenizer", "post_processor", "decoder"})
    made_.json[part] = nullptr;
  made_.json["version"] = "1.0";
  model["vocab"] = made_.tables.pieces.empty() ? Json::object() : Json::array();
  if (model.at("type") == "BPE") model["merges"] = Json::array();
  made_.json["model"] = std::move(model);
}

void Document::set(std::string_view part, Json component) {
  made_.json[std::string(part)] = std::move(component);
}

void Document::add(AddedToken token) {
  if (token.content.empty()) return;
  const auto [at, fresh] = added_index_.try_emplace(token.content, added_.size());
  if (!fresh) {
    token.id = added_[at->second].id;
    added_[at->second] = std::move(token);
    return;
  }
  const auto in_model = ids_.find(token.content);
  token.id = in_model == ids_.end() ? next_id_++ : in_model->second;
  added_.push_back(std::move(token));
}

const AddedToken* Document::find_added(const std::string& content) const {
  const auto at = added_index_.find(content);
  return at == added_index_.end() ? nullptr : &added_[at->second];
}

std::optional<std::int32_t> Document::find_id(const std::string& token) const {
  if (const AddedToken* added = find_added(token)) return added->id;
  const auto at = ids_.find(token);
  return at == ids_.end() ? std::nullopt : std::optional(at->second);
}

std::int32_t Document::id_of(const std::string& token) const {
  if (const auto id = find_id(token)) return *id;
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: has no token '{}': name the special tokens in "
                          "tokenizer_config.json, or use a model with a tokenizer.json",
                          made_.place, token));
}

TokenizerDocument Document::finish() && {
  std::ranges::sort(added_, {}, &AddedToken::id);
  Json list = Json::array();
  for (const AddedToken& token : added_) list.push_back(token_json(token));
  made_.json["added_tokens"] = std::move(list);
  return std::move(made_);
}

namespace parts {

Json replace(std::string_view text, std::string_view by) {
  return {{"type", "Replace"}, {"pattern", {{"String", text}}}, {"content", by}};
}

Json replace_pattern(std::string_view regex, std::string_view by) {
  return {{"type", "Replace"}, {"pattern", {{"Regex", regex}}}, {"content", by}};
}

Json strip(bool left, bool right) {
  return {{"type", "Strip"}, {"strip_left", left}, {"strip_right", right}};
}

Json precompiled(std::string_view charsmap) {
  return {{"type", "Precompiled"}, {"precompiled_charsmap", base64(charsmap)}};
}

Json named(std::string_view type) { return {{"type", type}}; }

Json metaspace(std::string_view prepend_scheme, bool split) {
  return {{"type", "Metaspace"},
          {"replacement", "\u2581"},
          {"prepend_scheme", prepend_scheme},
          {"split", split}};
}

Json byte_level(bool add_prefix_space, bool trim_offsets, bool use_regex) {
  return {{"type", "ByteLevel"},
          {"add_prefix_space", add_prefix_space},
          {"trim_offsets", trim_offsets},
          {"use_regex", use_regex}};
}

Json sequence(std::string_view key, Json list) {
  Json out = {{"type", "Sequence"}};
  out[std::string(key)] = std::move(list);
  return out;
}

Json special_token(const Document& document, const std::string& token) {
  return {{"id", token},
          {"ids", Json::array({document.id_of(token)})},
          {"tokens", Json::array({token})}};
}

Json template_processing(const Document& document, const std::vector<Part>& single,
                         const std::vector<Part>& pair) {
  Json special = Json::object();
  const auto list = [&](const std::vector<Part>& parts) {
    Json out = Json::array();
    for (const Part& part : parts) {
      const bool text = part.token == "$A" || part.token == "$B";
      const std::string id = text ? part.token.substr(1) : part.token;
      out.push_back(
          {{text ? "Sequence" : "SpecialToken", {{"id", id}, {"type_id", part.type_id}}}});
      if (text) continue;
      special[id] = special_token(document, id);
    }
    return out;
  };
  Json out = {{"type", "TemplateProcessing"}};
  out["single"] = list(single);
  out["pair"] = list(pair);
  out["special_tokens"] = std::move(special);
  return out;
}

}  // namespace parts
}  // namespace trainer::text
