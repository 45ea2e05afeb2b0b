#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

// What a tokenizer needs of a sentencepiece `.model`: a protocol buffer, message ModelProto of
// sentencepiece_model.proto. Read by hand: libtorch and Arrow each bring an own protobuf and
// export its symbols, so a third one in the same process would be called with objects of another
// version, and libsentencepiece has a fourth inside and does not give the character map away.
namespace trainer::text {

struct SentencePieceModel {
  enum class Type : std::uint8_t { kNormal = 1, kUnknown, kControl, kUserDefined, kUnused, kByte };
  enum class Algorithm : std::uint8_t { kUnigram = 1, kBpe, kWord, kCharacter };

  struct Piece {
    std::string text;  // UTF-8
    float score = 0;
    Type type = Type::kNormal;
  };

  std::vector<Piece> pieces;
  Algorithm algorithm = Algorithm::kUnigram;
  std::int32_t unk_id = 0;
  std::string unk_piece = "<unk>";
  std::string charsmap;  // normalizer_spec.precompiled_charsmap; "" when there is none

  // Throws kInvalidInput for bytes that are no such message, naming `place` and the offset.
  static SentencePieceModel parse(std::string_view bytes, const std::string& place);
  // Also kNotFound and kIo. Files over 64 MiB are refused.
  static SentencePieceModel read(const std::filesystem::path& file);
};

}  // namespace trainer::text
