#include "text/tokenizer_document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/error.hpp"
#include "config/json.hpp"
#include "text/models/json_number.hpp"

namespace trainer::text {
namespace {

// Builds the tree of everything but the tables, which go to their vectors entry by entry. The
// library's events come in by nlohmann's SAX interface.
class Reader final : public nlohmann::json_sax<Json> {
 public:
  // Which value the next event begins.
  enum class At { kTree, kVocabulary, kPieces, kPiece, kMerges, kMerge };

  Reader(TokenizerDocument& document, std::string_view text, At at)
      : document_(document), text_(text), at_(at) {}

  bool key(string_t& text) override {
    if (at_ == At::kVocabulary) {
      token_ = std::move(text);
    } else {
      key_ = std::move(text);
    }
    return true;
  }

  bool start_object(std::size_t /*size*/) override {
    if (at_ == At::kVocabulary && depth_ == 0) return descend();
    if (at_ != At::kTree) refuse_entry();
    if (is_table("vocab")) {
      document_.tables.vocabulary.clear();
      put(Json::object());
      at_ = At::kVocabulary;
      return descend();
    }
    return push(Json::object());
  }

  bool start_array(std::size_t /*size*/) override {
    switch (at_) {
      case At::kTree:
        break;
      case At::kPieces:
        return begin_row(At::kPiece);
      case At::kMerges:
        return begin_row(At::kMerge);
      default:
        refuse_entry();
    }
    const bool pieces = is_table("vocab");
    if (!pieces && !is_table("merges")) return push(Json::array());
    (pieces ? document_.tables.pieces.clear() : document_.tables.merges.clear());
    put(Json::array());
    at_ = pieces ? At::kPieces : At::kMerges;
    return descend();
  }

  bool end_object() override {
    if (at_ == At::kTree) return pop();
    at_ = At::kTree;
    --depth_;
    return true;
  }

  bool end_array() override {
    if (at_ == At::kTree) return pop();
    --depth_;
    if (at_ == At::kPiece) {
      if (fields_ != 2) refuse_entry();
      document_.tables.pieces.push_back({std::move(token_), score_});
      at_ = At::kPieces;
    } else if (at_ == At::kMerge) {
      if (fields_ != 2) refuse_entry();
      document_.tables.merges.emplace_back(std::move(token_), std::move(right_));
      at_ = At::kMerges;
    } else {
      at_ = At::kTree;
    }
    return true;
  }

  bool string(string_t& text) override {
    if (at_ == At::kTree) return put(Json(std::move(text)));
    if (at_ == At::kPiece && fields_ == 0) {
      token_ = std::move(text);
    } else if (at_ == At::kMerge && fields_ < 2) {
      (fields_ == 0 ? token_ : right_) = std::move(text);
    } else if (at_ == At::kMerges) {
      return add_merge_line(text);
    } else {
      refuse_entry();
    }
    ++fields_;
    return true;
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (at_ == At::kTree) return put(Json(value));
    if (at_ == At::kVocabulary) {
      if (value > 0x7FFFFFFFU || depth_ == 0) refuse_id();
      document_.tables.vocabulary.push_back({std::move(token_), static_cast<std::int32_t>(value)});
      return true;
    }
    return add_score(static_cast<double>(value));
  }
  bool number_integer(number_integer_t value) override {
    if (at_ == At::kTree) return put(Json(value));
    return add_score(static_cast<double>(value));
  }
  bool number_float(number_float_t value, const string_t& text) override {
    if (at_ == At::kTree) return put(Json(value));
    return add_score(at_ == At::kPiece ? as_library_reads(text) : 0);
  }

  bool null() override { return at_ == At::kTree ? put(Json()) : refused(); }
  bool boolean(bool value) override { return at_ == At::kTree ? put(Json(value)) : refused(); }
  bool binary(binary_t& /*value*/) override { return refused(); }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::detail::exception& error) override {
    constexpr int kOutOfRange = 406;
    if (error.id == kOutOfRange) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: not valid JSON: a number is out of range", document_.place));
    }
    const std::string_view before = text_.substr(0, position);
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: not valid JSON at line {} (byte {}): is the file whole?",
                            document_.place, 1 + std::ranges::count(before, '\n'), before.size()));
  }

 private:
  // Whether the value that begins now is model.NAME.
  bool is_table(std::string_view name) const {
    return open_.size() == 2 && open_[1] == model_ && model_ != nullptr && key_ == name &&
           model_->is_object();
  }

  bool descend() {
    if (++depth_ > config::kMaxJsonDepth) {
      throw Error(ErrorCode::kInvalidInput, fmt::format("{}: nests deeper than {} levels",
                                                        document_.place, config::kMaxJsonDepth));
    }
    return true;
  }

  Json* place(Json value) {
    if (open_.empty()) {
      document_.json = std::move(value);
      return &document_.json;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) return &parent.emplace_back(std::move(value));
    Json& member = parent[key_];
    member = std::move(value);
    if (open_.size() == 1 && key_ == "model") model_ = &member;
    return &member;
  }
  bool put(Json value) {
    place(std::move(value));
    return true;
  }
  bool push(Json value) {
    open_.push_back(place(std::move(value)));
    return descend();
  }
  bool pop() {
    open_.pop_back();
    --depth_;
    return true;
  }

  bool begin_row(At at) {
    at_ = at;
    fields_ = 0;
    return descend();
  }

  bool add_score(double score) {
    if (at_ != At::kPiece || fields_ != 1) refuse_entry();
    score_ = score;
    ++fields_;
    return true;
  }

  // "left right", as older files have the lines of merges.txt.
  bool add_merge_line(const std::string& line) {
    if (line.starts_with("#version")) return true;
    const std::size_t space = line.find(' ');
    if (space == std::string::npos || line.find(' ', space + 1) != std::string::npos)
      refuse_entry();
    document_.tables.merges.emplace_back(line.substr(0, space), line.substr(space + 1));
    return true;
  }

  bool refused() { refuse_entry(); }
  [[noreturn]] void refuse_id() const {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: vocab gives '{}' something that is not an id (an integer from 0 "
                            "to 2147483647)",
                            document_.place, token_));
  }
  [[noreturn]] void refuse_entry() const {
    if (at_ == At::kVocabulary) refuse_id();
    const bool merges = at_ == At::kMerges || at_ == At::kMerge;
    const std::size_t entry =
        merges ? document_.tables.merges.size() : document_.tables.pieces.size();
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: {}[{}] is not {}", document_.place,
                            merges ? "model.merges" : "model.vocab", entry,
                            merges ? "a pair of tokens" : "a piece, [token, score]"));
  }

  TokenizerDocument& document_;
  std::string_view text_;
  At at_;
  std::vector<Json*> open_;  // the objects and arrays around the next value
  Json* model_ = nullptr;
  std::size_t depth_ = 0;
  std::string key_;
  std::string token_, right_;  // of the entry being read
  double score_ = 0;
  std::size_t fields_ = 0;  // of the entry that were there already
};

void parse(TokenizerDocument& document, std::string_view text, Reader::At at) {
  Reader reader(document, text, at);
  Json::sax_parse(text.begin(), text.end(), &reader);
}

}  // namespace

TokenizerDocument parse_tokenizer_document(std::string_view text, std::string place) {
  TokenizerDocument document;
  document.place = std::move(place);
  parse(document, text, Reader::At::kTree);
  if (!document.json.is_object()) {
    throw Error(ErrorCode::kInvalidInput, fmt::format("{}: holds {} where an object was expected",
                                                      document.place, document.json.type_name()));
  }
  return document;
}

TokenizerDocument read_tokenizer_document(const std::filesystem::path& file) {
  return parse_tokenizer_document(config::read_json_text(file), file.string());
}

std::vector<VocabularyEntry> read_vocabulary_json(const std::filesystem::path& file) {
  TokenizerDocument document;
  document.place = file.string();
  parse(document, config::read_json_text(file), Reader::At::kVocabulary);
  return std::move(document.tables.vocabulary);
}

}  // namespace trainer::text
