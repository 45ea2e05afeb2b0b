#include "text/conversion/sentencepiece_model.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "config/error.hpp"
#include "config/whole_file.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

// Walks the fields of one message. Integers are varints, all else is skipped or taken whole.
class Message {
 public:
  Message(std::string_view bytes, std::size_t offset, const std::string& place)
      : bytes_(bytes), offset_(offset), place_(place) {}

  // Goes to the next field; false at the end.
  bool next() {
    if (at_ == bytes_.size()) return false;
    const std::uint64_t tag = varint();
    field_ = tag >> 3U;
    wire_ = static_cast<unsigned>(tag & 7U);
    if (field_ == 0) fail("has a field of number 0");
    switch (wire_) {
      case 0:
        number_ = varint();
        break;
      case 1:
        value_ = take(8);
        break;
      case 2:
        value_ = take(varint());
        break;
      case 5:
        value_ = take(4);
        break;
      default:
        fail(fmt::format("has a field of the wire type {}", wire_));
    }
    return true;
  }

  std::uint64_t field() const noexcept { return field_; }

  std::int32_t integer() const {
    require(0, "an integer");
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(number_));
  }
  std::string_view bytes() const {
    require(2, "bytes");
    return value_;
  }
  float real() const {
    require(5, "a number of 32 bits");
    std::uint32_t bits = 0;
    for (int i = 3; i >= 0; --i)
      bits = bits << 8U | static_cast<unsigned char>(value_[static_cast<std::size_t>(i)]);
    return std::bit_cast<float>(bits);
  }
  Message message() const {
    require(2, "a message");
    return {value_, offset_ + at_ - value_.size(), place_};
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: is not a sentencepiece model: the message at byte {} {}", place_,
                            offset_ + at_, what));
  }

 private:
  void require(unsigned wire, std::string_view what) const {
    if (wire_ != wire) fail(fmt::format("has a field {} that is not {}", field_, what));
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (at_ == bytes_.size()) fail("ends inside a number");
      const auto byte = static_cast<unsigned char>(bytes_[at_++]);
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if (byte < 0x80) return value;
    }
    fail("has a number of more than 64 bits");
  }
  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size() - at_) fail("ends inside a field");
    const std::string_view taken = bytes_.substr(at_, static_cast<std::size_t>(size));
    at_ += static_cast<std::size_t>(size);
    return taken;
  }

  std::string_view bytes_;
  std::size_t offset_;  // of this message in the file
  const std::string& place_;
  std::size_t at_ = 0;
  std::uint64_t field_ = 0;
  unsigned wire_ = 0;
  std::uint64_t number_ = 0;
  std::string_view value_;
};

std::string text(const Message& message) {
  const std::string_view bytes = message.bytes();
  if (!is_valid_utf8(bytes)) message.fail("has a text that is not UTF-8");
  return std::string(bytes);
}

SentencePieceModel::Piece parse_piece(Message message) {
  SentencePieceModel::Piece piece;
  while (message.next()) {
    if (message.field() == 1) piece.text = text(message);
    if (message.field() == 2) piece.score = message.real();
    if (message.field() != 3) continue;
    const std::int32_t type = message.integer();
    if (type < 1 || type > 6) message.fail(fmt::format("has a piece of type {}", type));
    piece.type = static_cast<SentencePieceModel::Type>(type);
  }
  // Work on a piece grows with the square of its length; real ones have 16 characters at most.
  constexpr std::size_t kMaxPieceBytes = 1024;
  if (piece.text.size() > kMaxPieceBytes) message.fail("has a piece of more than 1024 bytes");
  if (!(piece.score - piece.score == 0)) message.fail("has a piece whose score is no number");
  return piece;
}

void parse_trainer(Message message, SentencePieceModel& model) {
  while (message.next()) {
    if (message.field() == 3) {
      const std::int32_t algorithm = message.integer();
      if (algorithm < 1 || algorithm > 4)
        message.fail(fmt::format("has the model type {}", algorithm));
      model.algorithm = static_cast<SentencePieceModel::Algorithm>(algorithm);
    }
    if (message.field() == 40) model.unk_id = message.integer();
    if (message.field() == 45) model.unk_piece = text(message);
  }
}

void parse_normalizer(Message message, SentencePieceModel& model) {
  while (message.next()) {
    if (message.field() == 2) model.charsmap = message.bytes();
  }
}

}  // namespace

SentencePieceModel SentencePieceModel::parse(std::string_view bytes, const std::string& place) {
  SentencePieceModel model;
  Message message(bytes, 0, place);
  while (message.next()) {
    if (message.field() == 1) model.pieces.push_back(parse_piece(message.message()));
    if (message.field() == 2) parse_trainer(message.message(), model);
    if (message.field() == 3) parse_normalizer(message.message(), model);
  }
  if (model.pieces.empty()) message.fail("has no pieces");
  return model;
}

SentencePieceModel SentencePieceModel::read(const std::filesystem::path& file) {
  return parse(config::read_whole_file(file, {.what = "a sentencepiece model"}), file.string());
}

}  // namespace trainer::text
