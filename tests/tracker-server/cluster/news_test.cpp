#include "cluster/news.hpp"

#include <gtest/gtest.h>

namespace tracker::cluster {
namespace {

const core::RunId kA = core::RunId::random(), kB = core::RunId::random();

TEST(News, AMessageIsReadBack) {
  RunNews news;
  news.data = {kA};
  news.changed = {kA, kB};
  const auto text = take_message(news, 8'000);
  EXPECT_TRUE(news.empty());
  const auto heard = parse_message(text);
  EXPECT_EQ(heard.data, std::set{kA});
  EXPECT_EQ(heard.changed, (std::set{kA, kB}));
  EXPECT_FALSE(heard.many);
}

TEST(News, WhatDoesNotFitIsLeftForTheNextMessage) {
  RunNews news;
  for (int i = 0; i < 500; ++i) news.data.insert(core::RunId::random());
  news.changed = {kA};
  std::size_t told = 0, messages = 0;
  while (!news.empty()) {
    const auto text = take_message(news, 7'999);
    EXPECT_LE(text.size(), 7'999u);
    const auto heard = parse_message(text);
    if (messages++ == 0) {
      EXPECT_EQ(heard.changed, std::set{kA});
    }
    told += heard.data.size();
  }
  EXPECT_EQ(told, 500u);
  EXPECT_EQ(messages, 3u);
}

TEST(News, ManyIsAWordAndTakesEverything) {
  RunNews news;
  news.data = {kA};
  news.many = true;
  EXPECT_TRUE(parse_message(take_message(news, 8'000)).many);
  EXPECT_TRUE(news.empty());
}

TEST(News, WhatCannotBeUnderstoodIsMany) {
  RunNews news;
  news.data = {kA};
  const auto text = take_message(news, 8'000);
  EXPECT_TRUE(parse_message("nonsense").many);
  EXPECT_TRUE(parse_message(text.substr(1)).many);
  EXPECT_TRUE(parse_message(std::string(33, 'x')).many);
  EXPECT_FALSE(parse_message("").many);
  const auto newer = parse_message('x' + text.substr(1));  // a kind of news that came later
  EXPECT_EQ(newer.changed, std::set{kA});
}

}  // namespace
}  // namespace tracker::cluster
