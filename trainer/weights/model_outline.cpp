#include "weights/model_outline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "config/error.hpp"
#include "hub/parallel.hpp"
#include "weights/file_names.hpp"
#include "weights/mapped_file.hpp"
#include "weights/pinned_model.hpp"
#include "weights/safetensors_header.hpp"
#include "weights/shard_index.hpp"

namespace trainer::weights {
namespace {

// Nearly every header fits, so that a file takes one request.
constexpr std::uint64_t kFirstBytes = 64U << 10U;

// A file of weights: in the cache, or as the hub tells of it.
struct WeightsFile {
  std::string name;
  std::optional<std::filesystem::path> path;  // in the cache
  std::optional<std::uint64_t> size;
};

std::optional<WeightsFile> find(const PinnedModel& model, std::string_view name) {
  if (auto path = model.hub().cached(model.repo(), name)) {
    const std::uint64_t size = std::filesystem::file_size(*path);
    return WeightsFile{.name = std::string(name), .path = std::move(path), .size = size};
  }
  if (!model.hub().reachable()) return std::nullopt;
  const auto listed = model.hub().look(model.repo(), name);
  if (!listed) return std::nullopt;
  return WeightsFile{.name = std::string(name), .path = {}, .size = listed->size};
}

std::vector<WeightsFile> find_all(const PinnedModel& model, const std::vector<std::string>& names) {
  std::vector<WeightsFile> out(names.size());
  hub::for_each_parallel(names.size(), kParallelFiles, [&](std::size_t i) {
    auto found = find(model, names[i]);
    // Says that there is none, or why nobody can be asked.
    out[i] = found ? *std::move(found)
                   : WeightsFile{.name = names[i],
                                 .path = model.hub().require(model.repo(), names[i]),
                                 .size = std::nullopt};
  });
  return out;
}

// `all` counts the headers' bytes of all files: an index may name any number of them.
SafetensorsHeader remote_header(const PinnedModel& model, const WeightsFile& file,
                                std::atomic<std::uint64_t>& all) {
  const std::string place =
      fmt::format("{} of {} at {}", file.name, model.repo().id, model.repo().revision);
  if (!file.size) {
    throw Error(ErrorCode::kHub, fmt::format("{}: the hub does not tell its size, which its header "
                                             "is checked against: download the weights",
                                             place));
  }
  const auto read = [&](std::uint64_t begin, std::uint64_t end) {
    return model.hub().read(model.repo(), file.name, {.begin = begin, .size = end - begin});
  };
  std::vector<std::byte> bytes = read(0, std::min(kFirstBytes, *file.size));
  const std::uint64_t end = header_end(bytes, *file.size, place);
  if (all.fetch_add(end) + end > kMaxHeaderBytes) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: the headers of the weights' files take more than {} bytes", place,
                            kMaxHeaderBytes));
  }
  if (end > bytes.size()) {
    const std::vector<std::byte> rest = read(bytes.size(), end);
    bytes.insert(bytes.end(), rest.begin(), rest.end());
  }
  return parse_header(bytes, *file.size, place);
}

TensorFiles::FileHeader header_of(const PinnedModel& model, const WeightsFile& file,
                                  std::atomic<std::uint64_t>& all) {
  if (!file.path) return {.file = file.name, .header = remote_header(model, file, all)};
  const MappedFile mapped(*file.path);
  return {.file = *file.path, .header = parse_header(mapped.bytes(), file.path->string())};
}

ModelOutline outline_of(const PinnedModel& model, Format format,
                        const std::vector<WeightsFile>& files) {
  ModelOutline out{.directory = model.directory(), .here = true, .tensors = {}};
  out.here = std::all_of(files.begin(), files.end(), [](const auto& each) { return each.path; });
  if (out.here) {
    out.tensors = TensorFiles::open_model(out.directory);
    return out;
  }
  out.bytes = 0;
  for (const WeightsFile& file : files) {
    out.files.push_back(file.name);
    out.bytes = out.bytes && file.size ? std::optional(*out.bytes + *file.size) : std::nullopt;
  }
  if (format != Format::kSafetensors) return out;
  std::atomic<std::uint64_t> all = 0;
  std::vector<TensorFiles::FileHeader> headers(files.size());
  hub::for_each_parallel(files.size(), kParallelFiles,
                         [&](std::size_t i) { headers[i] = header_of(model, files[i], all); });
  out.tensors = TensorFiles::of_headers(std::move(headers));
  return out;
}

}  // namespace

ModelOutline outline_model(const hub::Hub& hub, const std::string& id_or_dir,
                           const std::string& revision,
                           const std::function<void(const std::filesystem::path&)>& check_config) {
  if (const auto directory = local_directory(id_or_dir)) {
    check_config(*directory / kConfig);
    check_local_weights(*directory);
    return {.directory = *directory, .here = true, .tensors = TensorFiles::open_model(*directory)};
  }
  const PinnedModel model(hub, id_or_dir, revision);
  check_config(model.config());
  model.fetch_tokenizer();
  for (const FileNames& names : kFileNames) {
    if (auto whole = find(model, names.whole)) return outline_of(model, names.format, {*whole});
    if (const auto index = model.file(names.index))
      return outline_of(model, names.format, find_all(model, read_shard_index(*index).files));
  }
  model.throw_no_weights();
}

}  // namespace trainer::weights
