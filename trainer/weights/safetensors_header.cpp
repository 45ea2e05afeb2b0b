#include "weights/safetensors_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "config/error.hpp"
#include "config/printable.hpp"

namespace trainer::weights {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the format is little-endian, and is mapped as it is");

constexpr std::size_t kAlignment = 8;
constexpr std::string_view kMetadata = "__metadata__";

// Reads the header as a stream of JSON events, so that a hostile one never becomes a tree, and a
// key that is there twice is seen. Every event is checked against the only shape allowed:
//   {"__metadata__": {string: string…}, name: {"dtype": string, "shape": [u…], "data_offsets": [u,
//   u]}…}
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit HeaderReader(std::string_view place) : place_(place) {}

  SafetensorsHeader take() && { return std::move(header_); }

  bool start_object(std::size_t) override {
    if (level_ == Level::kStart) {
      level_ = Level::kTop;
    } else if (level_ == Level::kTopValue) {
      level_ = name_ == kMetadata ? Level::kStrings : Level::kTensor;
      fields_ = {};
    } else {
      wrong("an object");
    }
    return true;
  }

  bool key(string_t& text) override {
    if (level_ == Level::kTop) {
      name_ = text;
      if (!names_.insert(text).second) {
        wrong_because("its name is there twice");
      }
      level_ = Level::kTopValue;
    } else {
      field_ = text;
      if (level_ == Level::kTensor) {
        level_ = Level::kTensorValue;
      } else {
        level_ = Level::kStringsValue;
      }
    }
    return true;
  }

  bool end_object() override {
    if (level_ == Level::kTensor) {
      finish_tensor();
      level_ = Level::kTop;
    } else if (level_ == Level::kStrings) {
      level_ = Level::kTop;
    }
    return true;
  }

  bool string(string_t& text) override {
    if (level_ == Level::kStringsValue) {
      if (!header_.metadata.emplace(field_, text).second) {
        wrong_because(fmt::format("'{}' is there twice", config::printable(field_)));
      }
      level_ = Level::kStrings;
    } else if (level_ == Level::kTensorValue && field_ == "dtype" && !fields_.dtype) {
      fields_.dtype = text;
      level_ = Level::kTensor;
    } else {
      wrong("a string");
    }
    return true;
  }

  bool start_array(std::size_t) override {
    const bool known =
        (field_ == "shape" && !fields_.shape) || (field_ == "data_offsets" && !fields_.offsets);
    if (level_ != Level::kTensorValue || !known) {
      wrong("a list");
    }
    (field_ == "shape" ? fields_.shape : fields_.offsets).emplace();
    level_ = Level::kList;
    return true;
  }

  bool end_array() override {
    level_ = Level::kTensor;
    return true;
  }

  bool number_unsigned(number_unsigned_t number) override {
    if (level_ != Level::kList) {
      wrong("a number");
    }
    auto& list = field_ == "shape" ? *fields_.shape : *fields_.offsets;
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) ||
        list.size() == kMaxRank) {
      wrong_because(fmt::format("its {} cannot be", field_));
    }
    list.push_back(static_cast<std::int64_t>(number));
    return true;
  }

  bool null() override { wrong("null"); }
  bool boolean(bool) override { wrong("a boolean"); }
  bool number_integer(number_integer_t) override { wrong("a negative number"); }
  bool number_float(number_float_t, const string_t&) override {
    wrong("a number that is no integer");
  }
  bool binary(binary_t&) override { wrong("binary"); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    throw Error(
        ErrorCode::kInvalidInput,
        fmt::format(
            "{}: the safetensors header is not valid JSON at its byte {}: fetch the file again",
            place_, position));
  }

 private:
  enum class Level {
    kStart,
    kTop,
    kTopValue,
    kStrings,
    kStringsValue,
    kTensor,
    kTensorValue,
    kList
  };
  struct Fields {
    std::optional<std::string> dtype;
    std::optional<std::vector<std::int64_t>> shape;
    std::optional<std::vector<std::int64_t>> offsets;
  };

  [[noreturn]] void wrong_because(const std::string& reason) const {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: tensor '{}' of the safetensors header: {}", place_,
                            config::printable(name_), reason));
  }
  [[noreturn]] void wrong(std::string_view what) const {
    wrong_because(fmt::format("{} where none belongs", what));
  }

  DType dtype() const {
    if (const auto known = dtype_named(*fields_.dtype)) {
      return *known;
    }
    if (is_other_dtype(*fields_.dtype)) {
      throw Error(ErrorCode::kUnsupported,
                  fmt::format("{}: tensor '{}' has dtype {}, which cannot be trained: take a "
                              "checkpoint in F32, F16 or BF16",
                              place_, config::printable(name_), *fields_.dtype));
    }
    wrong_because(fmt::format("unknown dtype '{}'", config::printable(*fields_.dtype, 40)));
  }

  void finish_tensor() {
    if (!fields_.dtype || !fields_.shape || !fields_.offsets || fields_.offsets->size() != 2) {
      wrong_because("it needs dtype, shape and two data_offsets");
    }
    TensorSlot slot{.name = name_,
                    .dtype = dtype(),
                    .shape = *std::move(fields_.shape),
                    .begin = static_cast<std::uint64_t>((*fields_.offsets)[0]),
                    .end = static_cast<std::uint64_t>((*fields_.offsets)[1])};
    if (slot.end < slot.begin || byte_count(slot.dtype, slot.shape) != slot.end - slot.begin) {
      wrong_because(fmt::format("its bytes {}…{} do not hold {} elements of {}", slot.begin,
                                slot.end,
                                config::printable(fmt::format("[{}]", fmt::join(slot.shape, ", "))),
                                name_of(slot.dtype)));
    }
    header_.slots.push_back(std::move(slot));
  }

  std::string_view place_;
  SafetensorsHeader header_;
  Level level_ = Level::kStart;
  std::string name_;
  std::string field_;
  Fields fields_;
  std::set<std::string, std::less<>> names_;
};

void check_layout(SafetensorsHeader& header, std::uint64_t data_bytes, std::string_view place) {
  std::sort(header.slots.begin(), header.slots.end(), [](const TensorSlot& a, const TensorSlot& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const TensorSlot& slot : header.slots) {
    if (slot.begin != at) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: tensor '{}' begins at byte {}, where {} was expected: the "
                              "tensors {}: fetch the file "
                              "again",
                              place, config::printable(slot.name), slot.begin, at,
                              slot.begin < at ? "overlap" : "leave a hole"));
    }
    at = slot.end;
  }
  if (at != data_bytes) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: the header speaks of {} bytes of tensors and the file holds {}: "
                            "it is {}: fetch it "
                            "again",
                            place, at, data_bytes, at > data_bytes ? "cut short" : "too long"));
  }
}

}  // namespace

std::uint64_t header_end(std::span<const std::byte> beginning, std::uint64_t file_size,
                         std::string_view place) {
  const bool long_enough =
      std::min<std::uint64_t>(beginning.size(), file_size) >= kHeaderLengthBytes;
  std::uint64_t length = 0;
  if (long_enough) std::memcpy(&length, beginning.data(), kHeaderLengthBytes);
  if (!long_enough || length < 2 || length > kMaxHeaderBytes ||
      length > file_size - kHeaderLengthBytes) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: not a safetensors file, or cut short: {} bytes, of which the "
                            "header would take {}; "
                            "fetch it again",
                            place, file_size, length));
  }
  return kHeaderLengthBytes + length;
}

SafetensorsHeader parse_header(std::span<const std::byte> beginning, std::uint64_t file_size,
                               std::string_view place) {
  const std::uint64_t end = header_end(beginning, file_size, place);
  if (end > beginning.size()) {
    throw Error(ErrorCode::kInternal, fmt::format("{}: its header is not all here", place));
  }
  const auto* text = reinterpret_cast<const char*>(beginning.data());
  if (text[kHeaderLengthBytes] != '{') {
    throw Error(
        ErrorCode::kInvalidInput,
        fmt::format("{}: not a safetensors file: its header does not begin with '{{'", place));
  }
  HeaderReader reader(place);
  nlohmann::json::sax_parse(text + kHeaderLengthBytes, text + end, &reader);
  SafetensorsHeader header = std::move(reader).take();
  header.data_offset = end;
  check_layout(header, file_size - end, place);
  return header;
}

SafetensorsHeader parse_header(std::span<const std::byte> file, std::string_view place) {
  return parse_header(file, file.size(), place);
}

std::string format_header(const std::vector<TensorSlot>& slots,
                          const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) {
    header[std::string(kMetadata)] = metadata;
  }
  for (const TensorSlot& slot : slots) {
    if (slot.name == kMetadata) {
      throw Error(ErrorCode::kInternal, "a tensor cannot be named __metadata__");
    }
    header[slot.name] = {{"dtype", name_of(slot.dtype)},
                         {"shape", slot.shape},
                         {"data_offsets", {slot.begin, slot.end}}};
  }
  std::string text = header.dump();
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  const std::uint64_t length = text.size();
  std::string bytes(kHeaderLengthBytes, '\0');
  std::memcpy(bytes.data(), &length, kHeaderLengthBytes);
  return bytes + text;
}

}  // namespace trainer::weights
