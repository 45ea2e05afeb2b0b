#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>

// Pickles made by hand, opcode by opcode.
namespace trainer::weights::test {

inline std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

template <typename Number>
std::string little(Number value) {
  std::string out(sizeof(value), '\0');
  std::memcpy(out.data(), &value, sizeof(value));
  return out;
}

inline std::string op_text(const std::string& text) {
  return "X" + little(static_cast<std::uint32_t>(text.size())) + text;
}
inline std::string op_int(std::int64_t value) { return std::string("\x8a\x08") + little(value); }
inline std::string op_global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string op_tuple(const std::string& items) { return "(" + items + "t"; }
inline std::string pickle_of(const std::string& program) {
  return std::string("\x80\x02", 2) + program + ".";
}

// A tensor as torch.save describes it, and what may be wrong with it.
struct TensorProgram {
  std::string type = "FloatStorage";
  std::string key = "0";
  std::int64_t numel = 6;
  std::int64_t begin = 0;
  std::string shape = op_int(2) + op_int(3);
  std::string strides = op_int(3) + op_int(1);
  std::string view = {};  // a legacy view of the storage
};
inline std::string op_tensor(const TensorProgram& t = {}) {
  const std::string id = op_tuple(op_text("storage") + op_global("torch", t.type) + op_text(t.key) +
                                  op_text("cpu") + op_int(t.numel) + t.view);
  return op_global("torch._utils", "_rebuild_tensor_v2") +
         op_tuple(id + "Q" + op_int(t.begin) + op_tuple(t.shape) + op_tuple(t.strides) + "\x89" +
                  op_global("collections", "OrderedDict") + ")R") +
         "R";
}
// {name: tensor}
inline std::string dict_of(const std::string& name, const std::string& tensor) {
  return "}" + op_text(name) + tensor + "s";
}

// The stream that torch.save wrote before version 1.6, of one storage "0" of `floats` zeros.
inline std::string stream_of(const std::string& dict, std::size_t floats) {
  const std::string begin(
      "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.", 21);
  return begin + pickle_of("}" + op_text("little_endian") + "\x88s") + pickle_of(dict) +
         pickle_of("]" + op_text("0") + "a") + little(static_cast<std::uint64_t>(floats)) +
         std::string(4 * floats, '\0');
}

}  // namespace trainer::weights::test
