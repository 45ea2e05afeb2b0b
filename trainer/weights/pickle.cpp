#include "weights/pickle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <string>
#include <unordered_map>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "weights/pickle_globals.hpp"
#include "weights/pickle_opcodes.hpp"

namespace trainer::weights::pickle {
namespace {

constexpr std::uint8_t kProtocol = 2;
constexpr std::size_t kLongestGlobal = 200;

// The stack machine that a pickle is a program of, less everything that could run anything.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, std::string_view place)
      : bytes_(bytes.first(std::min(bytes.size(), kMaxBytes))), place_(place) {}

  Pickle read() && {
    while (!done_) step();
    out_.size = at_;
    return std::move(out_);
  }

 private:
  [[noreturn]] void wrong(const std::string& what) const {
    throw Error(
        ErrorCode::kInvalidInput,
        fmt::format("{}: byte {} of its pickle: {}: fetch the file again", place_, begin_, what));
  }
  [[noreturn]] void refuse(const std::string& name) const {
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{}: this file wants to run code: {}; only a plain dict of tensors is "
                            "read: take a checkpoint in safetensors",
                            place_, name));
  }

  // Reading.
  std::span<const std::byte> take(std::size_t size) {
    if (size > bytes_.size() - at_) wrong("it breaks off");
    at_ += size;
    return bytes_.subspan(at_ - size, size);
  }
  template <typename Number>
  Number number() {
    Number value;
    std::memcpy(&value, take(sizeof(value)).data(), sizeof(value));
    return value;
  }
  std::string_view text(std::size_t size) {
    const std::span<const std::byte> bytes = take(size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  std::string_view line() {
    const auto rest = bytes_.subspan(at_, std::min(kLongestGlobal, bytes_.size() - at_));
    const auto end = std::find(rest.begin(), rest.end(), std::byte{'\n'});
    if (end == rest.end()) wrong("a name without end");
    const std::string_view found = text(static_cast<std::size_t>(end - rest.begin()));
    take(1);
    return found;
  }

  // The stack.
  void push(Ref value) {
    if (stack_.size() == kMaxValues) wrong("too many values");
    stack_.push_back(value);
  }
  void add(Value value) {
    if (out_.values.size() == kMaxValues) wrong("too many values");
    out_.values.push_back(std::move(value));
    push(static_cast<Ref>(out_.values.size() - 1));
  }
  // Values above the newest mark, if there is one.
  std::size_t available() const { return stack_.size() - (marks_.empty() ? 0 : marks_.back()); }
  Ref pop() {
    if (available() == 0) wrong("no value where one is needed");
    const Ref value = stack_.back();
    stack_.pop_back();
    return value;
  }
  std::vector<Ref> pop_many(std::size_t count) {
    if (available() < count) wrong("fewer values than are needed");
    const auto from = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<Ref> values(from, stack_.end());
    stack_.erase(from, stack_.end());
    return values;
  }
  std::vector<Ref> pop_to_mark() {
    if (marks_.empty()) wrong("no mark where one is needed");
    std::vector<Ref> values = pop_many(available());
    marks_.pop_back();
    return values;
  }
  template <typename Kind>
  Kind& top(const char* what) {
    Kind* found = available() == 0 ? nullptr : std::get_if<Kind>(&out_.values[stack_.back()]);
    if (found == nullptr) wrong(fmt::format("no {} where one is needed", what));
    return *found;
  }

  void put(std::uint32_t key) {
    if (available() == 0) wrong("no value where one is needed");
    if (memo_.size() == kMaxValues) wrong("too many values");
    memo_[key] = stack_.back();
  }
  void get(std::uint32_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) wrong(fmt::format("it has no value number {}", key));
    push(found->second);
  }

  // What opcodes do.
  void global() {
    const std::string_view module = line();
    const std::string name = fmt::format("{}.{}", module, line());
    const std::optional<Global> known = find_global(name);
    if (!known) refuse(config::printable(name));
    add(*known);
  }

  void reduce() {
    const Ref arguments = pop();
    const Ref function = pop();
    const auto* global = std::get_if<Global>(&out_.values[function]);
    const auto* tuple = std::get_if<Tuple>(&out_.values[arguments]);
    if (global == nullptr || tuple == nullptr) wrong("a call of what is no function");
    switch (global->kind) {
      case Global::Kind::kOrderedDict:
        if (!tuple->items.empty()) wrong("an OrderedDict of arguments");
        return add(Dict{});
      case Global::Kind::kRebuildTensor:
      case Global::Kind::kRebuildParameter:
        return add(Call{*global, arguments});
      case Global::Kind::kStorage:
        wrong("a call of a storage's type");
    }
  }

  // An OrderedDict's attributes (a state dict has _metadata), which nothing here needs.
  void build() {
    const Ref state = pop();
    if (std::get_if<Dict>(&out_.values[state]) == nullptr) wrong("a state that is no dict");
    top<Dict>("dict");
  }

  void set_items(const std::vector<Ref>& values) {
    if (values.size() % 2 != 0) wrong("a key without value");
    Dict& dict = top<Dict>("dict");
    for (std::size_t i = 0; i < values.size(); i += 2) {
      dict.items.emplace_back(values[i], values[i + 1]);
    }
  }

  void append(const std::vector<Ref>& values) {
    List& list = top<List>("list");
    list.items.insert(list.items.end(), values.begin(), values.end());
  }

  // Two's complement, little-endian.
  void long_integer() {
    const auto size = number<std::uint8_t>();
    const std::span<const std::byte> bytes = take(size);
    if (size > sizeof(std::int64_t)) wrong("an integer of more than 64 bits");
    std::int64_t value = 0;
    std::memcpy(&value, bytes.data(), size);
    if (size > 0 && size < sizeof(value) && (bytes.back() & std::byte{0x80}) != std::byte{0}) {
      value -= std::int64_t{1} << (8U * size);
    }
    add(value);
  }

  void stop() {
    out_.root = pop();
    if (!stack_.empty() || !marks_.empty()) wrong("values are left over");
    done_ = true;
  }

  void step() {
    begin_ = at_;
    const auto code = number<std::uint8_t>();
    if (!step_scalar(static_cast<Opcode>(code)) && !step_structure(static_cast<Opcode>(code))) {
      if (const auto name = name_of_other_opcode(code)) {
        refuse(fmt::format("pickle opcode {}", *name));
      }
      wrong(fmt::format("0x{:02x} is no opcode", code));
    }
  }

  bool step_scalar(Opcode code) {
    switch (code) {
      case Opcode::kNone:
        return add(None{}), true;
      case Opcode::kNewTrue:
        return add(true), true;
      case Opcode::kNewFalse:
        return add(false), true;
      case Opcode::kBinInt:
        return add(std::int64_t{number<std::int32_t>()}), true;
      case Opcode::kBinInt1:
        return add(std::int64_t{number<std::uint8_t>()}), true;
      case Opcode::kBinInt2:
        return add(std::int64_t{number<std::uint16_t>()}), true;
      case Opcode::kLong1:
        return long_integer(), true;
      case Opcode::kBinFloat:
        return add(std::bit_cast<double>(__builtin_bswap64(number<std::uint64_t>()))), true;
      case Opcode::kBinUnicode:
        return add(text(number<std::uint32_t>())), true;
      case Opcode::kShortBinString:
        return add(text(number<std::uint8_t>())), true;
      case Opcode::kGlobal:
        return global(), true;
      case Opcode::kBinGet:
        return get(number<std::uint8_t>()), true;
      case Opcode::kLongBinGet:
        return get(number<std::uint32_t>()), true;
      case Opcode::kBinPut:
        return put(number<std::uint8_t>()), true;
      case Opcode::kLongBinPut:
        return put(number<std::uint32_t>()), true;
      default:
        return false;
    }
  }

  bool step_structure(Opcode code) {
    switch (code) {
      case Opcode::kProto:
        if (number<std::uint8_t>() != kProtocol) wrong("not a pickle of protocol 2");
        return true;
      case Opcode::kMark:
        if (marks_.size() == kMaxValues) wrong("too many values");
        return marks_.push_back(stack_.size()), true;
      case Opcode::kEmptyTuple:
        return add(Tuple{}), true;
      case Opcode::kTuple1:
        return add(Tuple{pop_many(1)}), true;
      case Opcode::kTuple2:
        return add(Tuple{pop_many(2)}), true;
      case Opcode::kTuple3:
        return add(Tuple{pop_many(3)}), true;
      case Opcode::kTuple:
        return add(Tuple{pop_to_mark()}), true;
      case Opcode::kEmptyList:
        return add(List{}), true;
      case Opcode::kAppend:
        return append(pop_many(1)), true;
      case Opcode::kAppends:
        return append(pop_to_mark()), true;
      case Opcode::kEmptyDict:
        return add(Dict{}), true;
      case Opcode::kSetItem:
        return set_items(pop_many(2)), true;
      case Opcode::kSetItems:
        return set_items(pop_to_mark()), true;
      case Opcode::kBinPersId:
        return add(Persistent{pop()}), true;
      case Opcode::kReduce:
        return reduce(), true;
      case Opcode::kBuild:
        return build(), true;
      case Opcode::kStop:
        return stop(), true;
      default:
        return false;
    }
  }

  std::span<const std::byte> bytes_;
  std::string_view place_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;  // of the opcode at hand
  Pickle out_;
  std::vector<Ref> stack_;
  std::vector<std::size_t> marks_;  // heights of the stack
  std::unordered_map<std::uint32_t, Ref> memo_;
  bool done_ = false;
};

}  // namespace

Pickle read(std::span<const std::byte> bytes, std::string_view place) {
  return Reader(bytes, place).read();
}

}  // namespace trainer::weights::pickle
