#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

#include "data/archives/class_folders.hpp"

namespace trainer::data {
namespace {

// "127_3.txt" → 127
std::optional<std::size_t> review_id(std::string_view name) {
  std::size_t id = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  if (error != std::errc() || end == name.data() + name.size() || *end != '_') return std::nullopt;
  return id;
}

// The hub's rows come in blocks of 128 ids, blocks ascending, the ids inside a block descending.
std::size_t hub_position(std::size_t id, std::size_t count) {
  constexpr std::size_t kBlock = 128;
  const std::size_t start = id / kBlock * kBlock;
  const std::size_t end = std::min(start + kBlock, count);
  return start + (end - 1 - id);
}

// Place of each text by the hub's rule; empty when the names are not those of IMDB.
std::vector<std::size_t> hub_positions(const std::vector<FolderText>& texts) {
  std::vector<std::size_t> positions;
  std::vector<bool> seen(texts.size(), false);
  for (const FolderText& text : texts) {
    const std::optional<std::size_t> id = review_id(text.name);
    if (!id || *id >= texts.size() || seen[*id]) return {};
    seen[*id] = true;
    positions.push_back(hub_position(*id, texts.size()));
  }
  return positions;
}

}  // namespace

void sort_class(std::vector<FolderText>& texts) {
  const std::vector<std::size_t> positions = hub_positions(texts);
  if (positions.empty()) {
    std::ranges::sort(texts, [](const FolderText& a, const FolderText& b) {
      return std::tie(a.name, a.path) < std::tie(b.name, b.path);
    });
    return;
  }
  std::vector<FolderText> ordered(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) ordered[positions[i]] = std::move(texts[i]);
  texts = std::move(ordered);
}

}  // namespace trainer::data
