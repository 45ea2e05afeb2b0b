#include "cluster/news.hpp"

#include <optional>

namespace tracker::cluster {
namespace {

constexpr char kData = 'd', kChanged = 'c';
constexpr std::string_view kMany = "*";
constexpr std::size_t kEntry = 33;  // a letter, and the id without its dashes

std::string compact(core::RunId run) {
  std::string text = run.text();
  std::erase(text, '-');
  return text;
}

std::optional<core::RunId> expand(std::string_view digits) {
  std::string text(digits);
  for (const std::size_t at : {8u, 13u, 18u, 23u}) text.insert(at, 1, '-');
  return core::RunId::parse(text);
}

void take(std::set<core::RunId>& runs, char kind, std::size_t bytes, std::string& text) {
  while (!runs.empty() && text.size() + kEntry <= bytes) {
    text.push_back(kind);
    text += compact(*runs.begin());
    runs.erase(runs.begin());
  }
}

}  // namespace

std::string take_message(RunNews& news, std::size_t bytes) {
  if (news.many || news.missed) {
    news = {};
    return std::string(kMany);
  }
  std::string text;
  take(news.changed, kChanged, bytes, text);
  take(news.data, kData, bytes, text);
  return text;
}

RunNews parse_message(std::string_view text) {
  RunNews news;
  news.many = text.size() % kEntry != 0;
  for (std::size_t at = 0; at + kEntry <= text.size() && !news.many; at += kEntry) {
    const auto run = expand(text.substr(at + 1, kEntry - 1));
    if (!run)
      news.many = true;
    else
      (text[at] == kData ? news.data : news.changed).insert(*run);
  }
  return news;
}

}  // namespace tracker::cluster
