#include "hub/tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/error.hpp"
#include "config/json.hpp"
#include "hub/cache_layout.hpp"

namespace trainer::hub {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;
constexpr int kIndent = 1;
constexpr int kDeepest = 16;  // of a description; a deeper one is no description
constexpr std::size_t kXetDigits = 64;

Error not_a_hub(const std::string& place, std::string_view what) {
  return {ErrorCode::kHub, fmt::format("{}: {}: is HF_ENDPOINT a hub?", place, what)};
}

// Not deeper than kDeepest, so that no answer can exhaust the stack.
json parse_document(std::string_view text, const std::string& place) {
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kDeepest;
    return !too_deep;
  };
  json document = json::parse(text, watch, false);
  if (document.is_discarded() || too_deep) {
    throw not_a_hub(place, "the answer is not JSON of a hub");
  }
  return document;
}

std::optional<std::string> text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? std::optional(at->get<std::string>())
                                               : std::nullopt;
}

std::optional<std::uint64_t> number_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_number_unsigned() ? std::optional(at->get<std::uint64_t>())
                                                        : std::nullopt;
}

bool is_hex(std::string_view text, std::size_t digits) {
  return text.size() == digits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The fields that both forms share, under their own names.
std::optional<TreeFile> file_of(const json& entry, const char* blob_id, const char* xet_hash) {
  const auto size = number_of(entry, "size");
  auto id = text_of(entry, blob_id);
  if (!size || !id) {
    return std::nullopt;
  }
  TreeFile file;
  file.size = *size;
  file.blob_id = *std::move(id);
  file.xet_hash = text_of(entry, xet_hash);
  if (file.xet_hash && !is_hex(*file.xet_hash, kXetDigits)) {
    file.xet_hash.reset();
  }
  return file;
}

}  // namespace

Tree parse_tree_page(std::string_view text, const std::string& place) {
  const json page = parse_document(text, place);
  if (!page.is_array()) {
    throw not_a_hub(place, "lists no files");
  }
  Tree tree;
  for (const json& entry : page) {
    if (!entry.is_object() || text_of(entry, "type") == "directory") {
      continue;
    }
    auto file = file_of(entry, "oid", "xetHash");
    const auto path = text_of(entry, "path");
    if (!file || !path || !is_repo_path(*path)) {
      throw not_a_hub(place, "names a file that no repo can have");
    }
    file->path = *path;
    if (const auto lfs = entry.find("lfs"); lfs != entry.end() && lfs->is_object()) {
      file->lfs_sha256 = text_of(*lfs, "oid");
      file->lfs_size = number_of(*lfs, "size");
    }
    tree.push_back(*std::move(file));
  }
  return tree;
}

std::optional<Url> next_page(std::string_view link, const Url& from) {
  while (true) {
    const std::size_t open = link.find('<');
    const std::size_t close = link.find('>', open);
    if (open == std::string_view::npos || close == std::string_view::npos) {
      return std::nullopt;
    }
    const std::string_view address = link.substr(open + 1, close - open - 1);
    link.remove_prefix(close + 1);
    const std::string_view parameters = link.substr(0, std::min(link.find('<'), link.size()));
    if (parameters.find("rel=\"next\"") != std::string_view::npos ||
        parameters.find("rel=next") != std::string_view::npos) {
      return follow(from, address);
    }
  }
}

std::string format_tree(Tree tree) {
  json files = json::object();
  for (TreeFile& file : tree) {
    json& entry = files[file.path];
    entry = {{"size", file.size}, {"blob_id", std::move(file.blob_id)}};
    if (file.lfs_sha256) {
      entry["lfs_sha256"] = *file.lfs_sha256;
      entry["lfs_size"] = file.lfs_size ? json(*file.lfs_size) : json();
    }
    if (file.xet_hash) {
      entry["xet_hash"] = *file.xet_hash;
    }
  }
  const json document = {{"format_version", kFormat}, {"files", std::move(files)}};
  return document.dump(kIndent, ' ', false, json::error_handler_t::replace);
}

std::optional<Tree> parse_kept_tree(std::string_view text) {
  const std::optional<json> document = config::find_json(text);
  if (!document || !document->is_object() || number_of(*document, "format_version") != kFormat) {
    return std::nullopt;
  }
  const auto files = document->find("files");
  if (files == document->end() || !files->is_object()) {
    return std::nullopt;
  }
  Tree tree;
  for (const auto& [path, entry] : files->items()) {
    auto file = entry.is_object() ? file_of(entry, "blob_id", "xet_hash") : std::nullopt;
    if (!file || !is_repo_path(path)) {
      return std::nullopt;
    }
    file->path = path;
    file->lfs_sha256 = text_of(entry, "lfs_sha256");
    file->lfs_size = number_of(entry, "lfs_size");
    tree.push_back(*std::move(file));
  }
  return tree;
}

Listing listing_of(const Tree& tree, std::string commit) {
  Listing listing{.commit = std::move(commit), .files = {}, .complete = true};
  for (const TreeFile& file : tree) {
    listing.files.push_back({.path = file.path, .size = file.lfs_size.value_or(file.size)});
  }
  std::sort(listing.files.begin(), listing.files.end(),
            [](const ListedFile& a, const ListedFile& b) { return a.path < b.path; });
  return listing;
}

RepoDescription parse_description(std::string_view text, const std::string& place) {
  const json document = parse_document(text, place);
  const auto siblings = document.is_object() ? document.find("siblings") : document.end();
  if (!document.is_object() || siblings == document.end() || !siblings->is_array()) {
    throw not_a_hub(place, "lists no files");
  }
  RepoDescription description;
  description.commit = text_of(document, "sha");
  if (description.commit && !is_commit(*description.commit)) {
    throw not_a_hub(place, "names a commit that is none");
  }
  for (const json& entry : *siblings) {
    const auto path = entry.is_object() ? text_of(entry, "rfilename") : std::nullopt;
    if (!path || !is_repo_path(*path)) {
      throw not_a_hub(place, "names a file that no repo can have");
    }
    description.paths.push_back(*path);
  }
  return description;
}

}  // namespace trainer::hub
