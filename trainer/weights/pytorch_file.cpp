#include "weights/pytorch_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string>
#include <utility>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "weights/pickle.hpp"
#include "weights/state_dict.hpp"
#include "weights/zip_directory.hpp"

namespace trainer::weights {
namespace {

using Bytes = std::span<const std::byte>;
// Of each key, all of its bytes.
using Storages = std::map<std::string_view, Bytes, std::less<>>;

[[noreturn]] void wrong(std::string_view place, const std::string& what) {
  throw Error(ErrorCode::kInvalidInput, fmt::format("{}: {}: fetch the file again", place, what));
}

// T5's tied embeddings go by four names.
constexpr std::uint64_t kMostNamesOfAStorage = 4;

// A repeated element (a stride of 0) may make a shape of any size of a few bytes, and memory is
// asked for by shapes: no tensor may have more bytes than its file.
std::vector<NamedTensor> views(const std::vector<DescribedTensor>& tensors,
                               const Storages& storages, Bytes file, std::string_view place) {
  std::vector<NamedTensor> out;
  std::uint64_t all = 0;
  for (const DescribedTensor& tensor : tensors) {
    const StorageUse& use = tensor.storage;
    const auto found = storages.find(use.key);
    const std::size_t size = size_of(use.dtype);
    const std::uint64_t elements = found == storages.end() ? 0 : found->second.size() / size;
    if (found == storages.end() || use.begin > elements || use.numel > elements - use.begin) {
      wrong(place,
            fmt::format("tensor '{}': its storage '{}' of {} elements {}",
                        config::printable(tensor.name), config::printable(use.key), use.numel,
                        found == storages.end() ? "is not there" : "is cut short"));
    }
    const auto bytes = byte_count(use.dtype, tensor.shape);
    if (!bytes || *bytes > file.size()) {
      wrong(place, fmt::format("tensor '{}': its shape has more bytes than the whole file's {}",
                               config::printable(tensor.name), file.size()));
    }
    all += *bytes;
    if (all / kMostNamesOfAStorage > file.size()) {
      wrong(place, fmt::format("its tensors have more than {} times the whole file's {} bytes",
                               kMostNamesOfAStorage, file.size()));
    }
    const Bytes part = found->second.subspan(use.begin * size, use.numel * size);
    out.push_back({.name = tensor.name, .view = view_of(tensor, part)});
  }
  return out;
}

// The zip: ROOT/data.pkl, ROOT/data/KEY, and notes of which only ROOT/byteorder matters.
std::vector<NamedTensor> read_zip(Bytes file, std::string_view place) {
  const auto members = read_zip_directory(file, place);
  if (members.empty()) wrong(place, "it holds nothing");
  const std::string& first = members.begin()->first;
  const std::string root = first.substr(0, first.find('/') + 1);
  const auto pickled = members.find(root + "data.pkl");
  if (root.empty() || pickled == members.end()) {
    wrong(place, "it is a zip file that torch.save did not write");
  }
  if (members.contains(root + "constants.pkl")) {
    throw Error(ErrorCode::kUnsupported,
                fmt::format("{}: a TorchScript program, not weights alone: save the model's "
                            "state_dict",
                            place));
  }
  if (const auto order = members.find(root + "byteorder"); order != members.end()) {
    const Bytes little = std::as_bytes(std::span("little", 6));
    if (!std::equal(little.begin(), little.end(), order->second.begin(), order->second.end())) {
      wrong(place, "it is not little-endian");
    }
  }
  const pickle::Pickle pickle = pickle::read(pickled->second, place);
  if (pickle.size != pickled->second.size()) wrong(place, "bytes are left over behind its pickle");
  Storages storages;
  const std::string data = root + "data/";
  for (auto at = members.lower_bound(data); at != members.end() && at->first.starts_with(data);
       ++at) {
    storages.emplace(std::string_view(at->first).substr(data.size()), at->second);
  }
  return views(read_state_dict(pickle, place), storages, file, place);
}

// The stream begins with two pickles that are always the same: 0x1950a86a20f9469cfc6c and the
// format's version 1001.
constexpr std::array<std::uint8_t, 21> kStreamBegin{0x80, 2,    0x8a, 10,   0x6c, 0xfc, 0x9c,
                                                    0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
                                                    '.',  0x80, 2,    'M',  0xe9, 3,    '.'};

bool begins_as_stream(Bytes file) {
  return file.size() >= kStreamBegin.size() &&
         std::memcmp(file.data(), kStreamBegin.data(), kStreamBegin.size()) == 0;
}

// The stream: the machine it was written on, the dict, the keys of the storages, the storages, each
// behind its number of elements.
class StreamReader {
 public:
  StreamReader(Bytes file, std::string_view place)
      : file_(file), rest_(file.subspan(kStreamBegin.size())), place_(place) {}

  std::vector<NamedTensor> read() {
    check_machine(next_pickle());
    const pickle::Pickle dict = next_pickle();
    const std::vector<DescribedTensor> tensors = read_state_dict(dict, place_);
    std::map<std::string_view, std::size_t> sizes;
    for (const DescribedTensor& tensor : tensors) {
      const std::size_t size = size_of(tensor.storage.dtype);
      if (sizes.emplace(tensor.storage.key, size).first->second != size) {
        wrong(place_, fmt::format("tensor '{}': its storage is of two types",
                                  config::printable(tensor.name)));
      }
    }
    const Storages storages = take_storages(next_pickle(), sizes);
    return views(tensors, storages, file_, place_);
  }

 private:
  pickle::Pickle next_pickle() {
    pickle::Pickle pickle = pickle::read(rest_, place_);
    rest_ = rest_.subspan(pickle.size);
    return pickle;
  }

  void check_machine(const pickle::Pickle& notes) const {
    const auto* dict = std::get_if<pickle::Dict>(&notes.values[notes.root]);
    if (dict == nullptr) wrong(place_, "it does not say which machine wrote it");
    for (const auto& [key, value] : dict->items) {
      const auto* name = std::get_if<std::string_view>(&notes.values[key]);
      const auto* little = std::get_if<bool>(&notes.values[value]);
      if (name != nullptr && *name == "little_endian" && (little == nullptr || !*little)) {
        wrong(place_, "it is not little-endian");
      }
    }
  }

  Storages take_storages(const pickle::Pickle& keys,
                         const std::map<std::string_view, std::size_t>& sizes) {
    const auto* list = std::get_if<pickle::List>(&keys.values[keys.root]);
    if (list == nullptr) wrong(place_, "it has no list of storages");
    Storages storages;
    for (const pickle::Ref item : list->items) {
      const auto* key = std::get_if<std::string_view>(&keys.values[item]);
      const auto size = key == nullptr ? sizes.end() : sizes.find(*key);
      if (size == sizes.end()) wrong(place_, "it has a storage of no tensor");
      if (!storages.emplace(size->first, take_storage(size->second)).second) {
        wrong(place_, "it has a storage twice");
      }
    }
    if (!rest_.empty()) wrong(place_, "bytes are left over behind its last storage");
    return storages;
  }

  Bytes take_storage(std::size_t size) {
    std::uint64_t count = 0;
    if (rest_.size() < sizeof(count)) wrong(place_, "it is cut short");
    std::memcpy(&count, rest_.data(), sizeof(count));
    rest_ = rest_.subspan(sizeof(count));
    if (count > rest_.size() / size) wrong(place_, "it is cut short");
    const Bytes storage = rest_.first(count * size);
    rest_ = rest_.subspan(count * size);
    return storage;
  }

  Bytes file_;
  Bytes rest_;
  std::string_view place_;
};

}  // namespace

std::vector<NamedTensor> read_pytorch(Bytes file, std::string_view place) {
  if (begins_as_zip(file)) return read_zip(file, place);
  if (begins_as_stream(file)) return StreamReader(file, place).read();
  wrong(place,
        fmt::format("none of torch.save's two formats, or cut short ({} bytes)", file.size()));
}

}  // namespace trainer::weights
