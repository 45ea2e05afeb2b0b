#include "data/class_folders.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

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

std::string wanted_split(const std::vector<FolderText>& texts, Split split,
                         const std::string& source) {
  const auto has = [&texts](std::string_view name) {
    return std::ranges::any_of(texts,
                               [name](const FolderText& text) { return text.split == name; });
  };
  for (const std::string_view name : split_names(split)) {
    if (has(name)) return std::string(name);
  }
  const bool unsplit =
      std::ranges::all_of(texts, [](const FolderText& text) { return text.split.empty(); });
  if (unsplit && !texts.empty()) return "";
  throw Error(ErrorCode::kInvalidInput, fmt::format("{}: has no texts in {}/CLASS/NAME.txt", source,
                                                    split_names(split).front()));
}

}  // namespace

std::vector<std::string_view> split_names(Split split) {
  if (split == Split::kTrain) return {"train"};
  return {"test", "validation", "valid", "val", "dev"};
}

bool is_split_name(std::string_view name) {
  const auto test = split_names(Split::kTest);
  return name == "train" || std::ranges::find(test, name) != test.end();
}

void sort_class(std::vector<FolderText>& texts) {
  const std::vector<std::size_t> positions = hub_positions(texts);
  if (positions.empty()) {
    std::ranges::sort(texts, {}, &FolderText::name);
    return;
  }
  std::vector<FolderText> ordered(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) ordered[positions[i]] = std::move(texts[i]);
  texts = std::move(ordered);
}

RawTable arrange_folders(std::vector<FolderText> texts, Split split, const std::string& source) {
  const std::string wanted = wanted_split(texts, split, source);
  std::map<std::string, std::vector<FolderText>> by_class;
  for (FolderText& text : texts) {
    if (text.split == wanted) by_class[text.label].push_back(std::move(text));
  }
  // IMDB's archive has a third folder of unrated reviews beside neg and pos.
  if (by_class.contains("neg") && by_class.contains("pos")) by_class.erase("unsup");

  RawTable table{.files = {source}, .rows = {}, .label_names = {}};
  for (auto& [label, members] : by_class) {
    table.label_names.push_back(label);
    sort_class(members);
    for (FolderText& member : members) {
      require_utf8(member.text, fmt::format("{}: {}/{}/{}", source, wanted, label, member.name), 1);
      table.rows.push_back({.text = std::move(member.text),
                            .text_pair = {},
                            .label = label,
                            .file = 0,
                            .line = table.rows.size() + 1});
    }
  }
  return table;
}

}  // namespace trainer::data
