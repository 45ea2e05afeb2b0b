#include "ingest/stream_state.hpp"

#include <gtest/gtest.h>

namespace tracker::ingest {
namespace {

constexpr std::uint64_t kMaxFrame = 1'000;

Hello good_hello() {
  return {kProtocolVersion,
          spool::kFrameVersion,
          "123e4567-e89b-42d3-a456-426614174000",
          "123e4567-e89b-42d3-a456-426614174001",
          "imdb",
          "test"};
}

StreamState open_at(std::uint64_t acked) {
  StreamState state(kMaxFrame);
  EXPECT_TRUE(state.hello(good_hello()));
  state.welcomed(acked, 1);
  return state;
}

TEST(StreamState, HelloOfAnotherVersionIsRefusedByName) {
  Hello hello = good_hello();
  hello.protocol_version = 2;
  StreamState state(kMaxFrame);
  EXPECT_FALSE(state.hello(hello));
  ASSERT_TRUE(state.refusal());
  EXPECT_EQ(state.refusal()->reason, RefusalReason::kVersion);
  EXPECT_NE(state.refusal()->message.find('2'), std::string::npos);
}

TEST(StreamState, ImpossibleHellosAreRefused) {
  for (auto spoil :
       {+[](Hello& h) { h.run_id.clear(); }, +[](Hello& h) { h.writer_id.clear(); },
        +[](Hello& h) { h.project.clear(); }, +[](Hello& h) { h.project.assign(201, 'p'); },
        +[](Hello& h) { h.frame_version = 99; }}) {
    Hello hello = good_hello();
    spoil(hello);
    StreamState state(kMaxFrame);
    EXPECT_FALSE(state.hello(hello));
    EXPECT_TRUE(state.ended());
  }
}

TEST(StreamState, AFrameBeforeWelcomeIsMisuse) {
  StreamState state(kMaxFrame);
  EXPECT_EQ(state.frame(0, 1, 1), FrameVerdict::kMisuse);
  EXPECT_TRUE(state.hello(good_hello()));
  EXPECT_EQ(state.frame(0, 1, 1), FrameVerdict::kMisuse);
}

TEST(StreamState, FramesAreAcceptedInOrderOnly) {
  StreamState state = open_at(100);
  EXPECT_EQ(state.frame(100, 200, 10), FrameVerdict::kAccept);
  EXPECT_EQ(state.frame(200, 300, 10), FrameVerdict::kAccept);
  EXPECT_EQ(state.bytes_in_flight(), 20u);
  EXPECT_EQ(state.frame(400, 500, 10), FrameVerdict::kRewind);
  EXPECT_EQ(state.acked(), 100u);
}

TEST(StreamState, WhatWasInFlightAtARewindIsIgnoredUntilTheClientObeys) {
  StreamState state = open_at(0);
  EXPECT_EQ(state.frame(5, 6, 1), FrameVerdict::kRewind);
  EXPECT_EQ(state.frame(6, 7, 1), FrameVerdict::kIgnore);
  EXPECT_EQ(state.frame(7, 8, 1), FrameVerdict::kIgnore);
  EXPECT_EQ(state.frame(0, 3, 1), FrameVerdict::kAccept);
  EXPECT_EQ(state.frame(9, 10, 1), FrameVerdict::kRewind);
}

TEST(StreamState, ARewindVoidsWhatWasAccepted) {
  StreamState state = open_at(0);
  state.frame(0, 10, 1);
  const std::uint64_t generation = state.generation();
  EXPECT_TRUE(state.rewound(40));
  EXPECT_GT(state.generation(), generation);
  EXPECT_EQ(state.frame(10, 20, 1), FrameVerdict::kIgnore);
  EXPECT_EQ(state.frame(40, 50, 1), FrameVerdict::kAccept);
}

TEST(StreamState, ImpossibleFramesEndTheStream) {
  for (const auto& [from, to, bytes] :
       {std::tuple<std::uint64_t, std::uint64_t, std::uint64_t>{0, 0, 1},
        {0, 10, kMaxFrame + 1},
        {0, 10, 0},
        {0, ~std::uint64_t{0}, 1}}) {
    StreamState state = open_at(0);
    EXPECT_EQ(state.frame(from, to, bytes), FrameVerdict::kRefuse);
    EXPECT_TRUE(state.ended());
    EXPECT_EQ(state.refusal()->reason, RefusalReason::kCorruptFrame);
  }
}

}  // namespace
}  // namespace tracker::ingest
