#include "data/splits/data_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "data/splits/path_pattern.hpp"

namespace trainer::data {
namespace {

constexpr std::string_view kSharded = "-[0-9][0-9][0-9][0-9][0-9]-of-[0-9][0-9][0-9][0-9][0-9]*.*";

struct Keywords {
  std::string_view split;
  std::vector<std::string_view> names;
};
const std::array<Keywords, 3> kKeywords = {{
    {"train", {"train", "training"}},
    {"validation", {"validation", "valid", "dev", "val"}},
    {"test", {"test", "testing", "eval", "evaluation"}},
}};

// With fmt's {0} for the keyword and {1} for what may stand beside it.
constexpr std::array<std::string_view, 4> kFolderPatterns = {
    "**/{0}/**", "**/{0}[{1}]*/**", "**/*[{1}]{0}/**", "**/*[{1}]{0}[{1}]*/**"};
constexpr std::array<std::string_view, 2> kFilePatterns = {"**/{0}[{1}]*", "**/*[{1}]{0}[{1}]*"};

// Extensions that `datasets` reads, and by which of its parts.
const std::map<std::string, std::string, std::less<>> kFormats = {{"csv", "csv"},
                                                                  {"tsv", "tsv"},
                                                                  {"json", "json"},
                                                                  {"jsonl", "json"},
                                                                  {"ndjson", "json"},
                                                                  {"parquet", "parquet"},
                                                                  {"geoparquet", "parquet"},
                                                                  {"gpq", "parquet"},
                                                                  {"arrow", "arrow"},
                                                                  {"txt", "text"},
                                                                  {"xml", "xml"},
                                                                  {"conll", "conll"},
                                                                  {"conllu", "conll"},
                                                                  {"tar", "tar"},
                                                                  {"hdf5", "hdf5"},
                                                                  {"h5", "hdf5"},
                                                                  {"lance", "lance"},
                                                                  {"zip", "zip"},
                                                                  {"jpg", "image"},
                                                                  {"jpeg", "image"},
                                                                  {"png", "image"},
                                                                  {"wav", "audio"},
                                                                  {"mp3", "audio"},
                                                                  {"flac", "audio"},
                                                                  {"mp4", "video"},
                                                                  {"pdf", "pdf"}};

std::vector<std::string> extensions_of(std::string_view path) {
  std::vector<std::string> extensions;
  std::string_view name = path.substr(path.rfind('/') + 1);
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    name.remove_prefix(dot + 1);
    std::string extension(name.substr(0, name.find('.')));
    std::ranges::transform(extension, extension.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    extensions.push_back(std::move(extension));
  }
  return extensions;
}

// data/SPLIT-00000-of-00002.parquet: any name may be a split.
std::vector<SplitFiles> sharded_splits(const std::vector<std::string>& paths) {
  std::set<std::string> names;
  for (const std::string& path : matching_paths(paths, fmt::format("data/*{}", kSharded))) {
    const std::string name = path.substr(path.rfind('/') + 1);
    names.insert(name.substr(0, name.find("-of-") - 6));
  }
  std::vector<SplitFiles> splits;
  const auto add = [&](const std::string& name) {
    splits.push_back({name, {fmt::format("data/{}{}", name, kSharded)}});
    names.erase(name);
  };
  for (const Keywords& keywords : kKeywords) {
    if (names.contains(std::string(keywords.split))) add(std::string(keywords.split));
  }
  while (!names.empty()) add(std::string(*names.begin()));
  return splits;
}

template <std::size_t N>
std::vector<SplitFiles> keyword_splits(const std::vector<std::string>& paths,
                                       const std::array<std::string_view, N>& forms) {
  std::vector<SplitFiles> splits;
  for (const Keywords& keywords : kKeywords) {
    SplitFiles split{.split = std::string(keywords.split), .files = {}};
    bool any = false;
    for (const std::string_view name : keywords.names) {
      for (const std::string_view form : forms) {
        split.files.push_back(fmt::format(fmt::runtime(form), name, "-._ 0-9"));
        any = any || !matching_paths(paths, split.files.back()).empty();
      }
    }
    if (any) splits.push_back(std::move(split));
  }
  return splits;
}

FileKind kind_of(const std::string& format, const std::string& origin) {
  if (format == "csv" || format == "tsv") return FileKind::kCsv;
  if (format == "json") return FileKind::kJson;
  if (format == "parquet") return FileKind::kParquet;
  if (format.empty()) {
    throw Error(
        ErrorCode::kInvalidInput,
        origin + ": has no Parquet, JSON lines or CSV files: name others with --dataset FILE");
  }
  throw Error(ErrorCode::kUnsupported,
              fmt::format("{}: its files are of the format '{}'; Parquet, JSON lines and CSV are "
                          "read: convert them first",
                          origin, format));
}

// .csv and .tsv are read by one part.
std::string_view module_of(std::string_view format) { return format == "tsv" ? "csv" : format; }

bool has_format(const std::string& path, const std::string& format) {
  return std::ranges::any_of(extensions_of(path), [&](const std::string& extension) {
    const auto at = kFormats.find(extension);
    return at != kFormats.end() && module_of(at->second) == module_of(format);
  });
}

}  // namespace

std::vector<SplitFiles> default_splits(const std::vector<std::string>& paths) {
  for (std::vector<SplitFiles> splits :
       {sharded_splits(paths), keyword_splits(paths, kFolderPatterns),
        keyword_splits(paths, kFilePatterns)}) {
    if (!splits.empty()) return resolve_splits(splits, paths);
  }
  return resolve_splits({{"train", {"**"}}}, paths);
}

std::vector<SplitFiles> resolve_splits(const std::vector<SplitFiles>& patterns,
                                       const std::vector<std::string>& paths) {
  std::vector<SplitFiles> splits;
  for (const SplitFiles& wanted : patterns) {
    SplitFiles& split = splits.emplace_back(SplitFiles{.split = wanted.split, .files = {}});
    std::set<std::string> seen;
    for (const std::string& pattern : wanted.files) {
      std::vector<std::string> found = matching_paths(paths, pattern);
      if (found.empty() && pattern.find_first_of("*?[") == std::string::npos) {
        throw Error(ErrorCode::kInvalidInput,
                    fmt::format("'{}', which the data set's card names for the split '{}', is not "
                                "there",
                                config::printable(pattern), config::printable(split.split)));
      }
      for (std::string& path : found) {
        if (seen.insert(path).second) split.files.push_back(std::move(path));
      }
    }
  }
  return splits;
}

std::string format_of(const std::vector<std::string>& files) {
  std::map<std::string, std::size_t> counts;
  for (const std::string& file : files) {
    for (const std::string& extension : extensions_of(file)) {
      if (kFormats.contains(extension)) ++counts[extension];
    }
  }
  const auto rank = [&counts](const std::string& extension) {
    return std::tuple(counts.at(extension), extension == "parquet", extension == "lance",
                      extension == "arrow", extension == "jsonl", extension == "json",
                      extension == "csv", extension);
  };
  std::string best;
  for (const auto& [extension, count] : counts) {
    if (best.empty() || rank(extension) > rank(best)) best = extension;
  }
  return best.empty() ? "" : kFormats.find(best)->second;
}

DataFiles choose_format(const std::vector<SplitFiles>& splits, const std::string& origin) {
  std::string format;
  for (const SplitFiles& split : splits) {
    const std::string of_split = format_of(split.files);
    if (of_split.empty()) continue;
    if (!format.empty() && of_split != format) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: its splits are of several formats ({} and {}): pass the files "
                              "that you mean",
                              origin, format, of_split));
    }
    format = of_split;
  }
  DataFiles files{.kind = kind_of(format, origin), .splits = {}};
  for (const SplitFiles& split : splits) {
    SplitFiles kept{.split = split.split, .files = {}};
    for (const std::string& path : split.files) {
      if (has_format(path, format)) kept.files.push_back(path);
    }
    if (!kept.files.empty()) files.splits.push_back(std::move(kept));
  }
  return files;
}

}  // namespace trainer::data
