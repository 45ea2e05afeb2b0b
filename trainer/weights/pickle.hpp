#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "weights/dtype.hpp"

// Pickles of torch.save, as data. Python's unpickler calls whatever a file names; this one calls
// nothing: it takes the few opcodes of protocol 2 and the few globals that a state dict needs, and
// what would be calls stay in the result as what they are. docs/checkpoints.md lists both.
namespace trainer::weights::pickle {

// A global that a state dict needs.
struct Global {
  enum class Kind { kOrderedDict, kRebuildTensor, kRebuildParameter, kStorage };
  Kind kind = Kind::kOrderedDict;
  DType dtype = DType::kF32;  // of kStorage: torch.FloatStorage is that of kF32
};

using Ref = std::uint32_t;  // index into Pickle::values

struct None {};
struct Tuple {
  std::vector<Ref> items;
};
struct List {
  std::vector<Ref> items;
};
struct Dict {  // an OrderedDict too; its attributes are left out
  std::vector<std::pair<Ref, Ref>> items;
};
struct Call {
  Global function;  // kRebuildTensor or kRebuildParameter
  Ref arguments;    // a Tuple
};
struct Persistent {  // what the pickler kept elsewhere: a storage
  Ref id;
};
// Texts are views of the bytes read.
using Value = std::variant<None, bool, std::int64_t, double, std::string_view, Tuple, List, Dict,
                           Global, Call, Persistent>;

struct Pickle {
  std::vector<Value> values;
  Ref root = 0;
  std::size_t size = 0;  // bytes read, to the end of its STOP
};

inline constexpr std::size_t kMaxBytes = 256U << 20U;
inline constexpr std::size_t kMaxValues = 4'000'000;  // also of the stack and of the memo

// Reads the pickle that `bytes` begin with. `place` names the file in errors. Throws
// Error(kUnsupported) for a global or an opcode beyond those ("this file wants to run code: NAME"),
// kInvalidInput for anything that no pickler writes, or too much of it.
Pickle read(std::span<const std::byte> bytes, std::string_view place);

}  // namespace trainer::weights::pickle
