#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/added_tokens.hpp"
#include "text/bert_encoder.hpp"
#include "text/decoders/decoder.hpp"
#include "text/models/model.hpp"
#include "text/normalizers/normalizer.hpp"
#include "text/post_processors/template.hpp"
#include "text/pre_tokenizers/pre_tokenizer.hpp"

// The stages of one tokenizer, put together by a loader, then immutable. Any thread.
namespace trainer::text {

struct Padding {
  std::optional<std::int32_t> id;
  std::int32_t type_id = 0;
  Side side = Side::kRight;
};

struct Stages {
  std::unique_ptr<Normalizer> normalizer;       // may be absent
  std::unique_ptr<PreTokenizer> pre_tokenizer;  // may be absent
  std::unique_ptr<Model> model;                 // never absent
  PostProcessor post_processor = PostProcessor::plain();
  std::unique_ptr<Decoder> decoder;      // may be absent
  std::vector<AddedToken> added_tokens;  // with their ids
  bool encode_special_tokens = false;    // special tokens in a text are text
  Side truncation_side = Side::kRight;
  Padding padding;
};

class Pipeline {
 public:
  static constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max();

  explicit Pipeline(Stages stages);

  // Ids of a text without special tokens. The text may be any bytes. Stops early once there are
  // `enough`, which is only of use when the text is cut on the right.
  std::vector<std::int32_t> encode(std::string_view text, std::size_t enough) const;
  // The same with offsets, all of them.
  std::vector<PlacedToken> encode_placed(std::string_view text) const;
  const Stages& stages() const noexcept { return stages_; }

 private:
  struct Scratch;
  static Scratch& scratch();

  // Calls token(part, id) for each added token and word(part) for each word, until one returns
  // false.
  template <typename Token, typename Word>
  bool for_each_part(std::string_view text, Tracking tracking, Token&& token, Word&& word) const;
  template <typename Token, typename Word>
  bool for_each_word(const NormalizedString& raw, Token&& token, Word&& word) const;
  void encode_parts(std::string_view text, std::size_t enough,
                    std::vector<std::int32_t>& ids) const;

  Stages stages_;
  AddedTokenMatcher raw_tokens_;         // looked for in the text as it is
  AddedTokenMatcher normalized_tokens_;  // looked for in the normalised text
  std::unique_ptr<BertEncoder> bert_;    // the fast way, when the stages are BERT's
  std::uint32_t owner_;
};

}  // namespace trainer::text
