#include <cstdlib>
#include <string_view>
#include <variant>

#include "config/error.hpp"
#include "weights/pickle.hpp"
#include "weights/state_dict.hpp"

namespace {

namespace pickle = trainer::weights::pickle;

void demand(bool holds) {
  if (!holds) std::abort();
}

// Every reference is to a value, and every text lies in the bytes.
struct Check {
  const pickle::Pickle& read;
  std::string_view bytes;

  void of(pickle::Ref ref) const { demand(ref < read.values.size()); }
  void operator()(std::string_view text) const {
    demand(text.empty() || (text.data() >= bytes.data() &&
                            text.data() + text.size() <= bytes.data() + bytes.size()));
  }
  void operator()(const pickle::Tuple& tuple) const {
    for (const pickle::Ref item : tuple.items) of(item);
  }
  void operator()(const pickle::List& list) const {
    for (const pickle::Ref item : list.items) of(item);
  }
  void operator()(const pickle::Dict& dict) const {
    for (const auto& [key, value] : dict.items) {
      of(key);
      of(value);
    }
  }
  void operator()(const pickle::Call& call) const {
    of(call.arguments);
    demand(std::holds_alternative<pickle::Tuple>(read.values[call.arguments]));
  }
  void operator()(const pickle::Persistent& persistent) const { of(persistent.id); }
  template <typename Scalar>
  void operator()(const Scalar&) const {}
};

}  // namespace

// Any bytes as a pickle: refused with an Error of one line, or values that refer to values; and as
// a state dict, refused, or tensors inside their storages.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    const pickle::Pickle read = pickle::read(bytes, "fuzz");
    demand(read.size <= size);
    const Check check{read, {reinterpret_cast<const char*>(data), size}};
    check.of(read.root);
    for (const pickle::Value& value : read.values) std::visit(check, value);
    for (const auto& tensor : trainer::weights::read_state_dict(read, "fuzz")) {
      demand(tensor.begin <= tensor.storage.numel &&
             tensor.extent <= tensor.storage.numel - tensor.begin);
    }
  } catch (const trainer::Error& error) {
    demand(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}
