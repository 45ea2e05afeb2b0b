#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/added_tokens.hpp"
#include "text/bert_encoder.hpp"
#include "text/models/model.hpp"
#include "text/normalizers/normalizer.hpp"
#include "text/post_processors/template.hpp"
#include "text/pre_tokenizers/pre_tokenizer.hpp"

// The stages of one tokenizer, put together by a loader, then immutable. Any thread.
namespace trainer::text {

enum class Side { kLeft, kRight };

struct Stages {
  std::unique_ptr<Normalizer> normalizer;       // may be absent
  std::unique_ptr<PreTokenizer> pre_tokenizer;  // may be absent
  std::unique_ptr<Model> model;                 // never absent
  PostProcessor post_processor = PostProcessor::plain();
  std::vector<AddedToken> added_tokens;  // with their ids
  Side truncation_side = Side::kRight;
  std::optional<std::int32_t> pad_id;
};

class Pipeline {
 public:
  explicit Pipeline(Stages stages);

  // Ids of a text without special tokens. The text may be any bytes. Stops early once there are
  // `enough`, which is only of use when the text is cut on the right.
  std::vector<std::int32_t> encode(std::string_view text, std::size_t enough) const;

  const Stages& stages() const noexcept { return stages_; }

 private:
  void encode_piece(std::string_view piece, std::size_t enough,
                    std::vector<std::int32_t>& ids) const;
  void encode_words(std::string_view text, std::size_t enough,
                    std::vector<std::int32_t>& ids) const;

  Stages stages_;
  AddedTokenMatcher raw_tokens_;         // looked for in the text as it is
  AddedTokenMatcher normalized_tokens_;  // looked for in the normalised text
  std::unique_ptr<BertEncoder> bert_;    // the fast way, when the stages are BERT's
  std::uint32_t owner_;
};

}  // namespace trainer::text
