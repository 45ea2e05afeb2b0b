#include "frame/frame.hpp"

#include <gtest/gtest.h>
#include <zstd.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include <tracker/error.hpp>

#include "base/bytes.hpp"
#include "sdk/spool/spool_fixture.hpp"

namespace tracker::spool::test {
namespace {

void expect_same(const Frame& a, const Frame& b) {
  ASSERT_EQ(a.groups.size(), b.groups.size());
  for (std::size_t g = 0; g < a.groups.size(); ++g) {
    EXPECT_EQ(a.groups[g].system, b.groups[g].system);
    EXPECT_EQ(a.groups[g].keys, b.groups[g].keys);
    EXPECT_EQ(a.groups[g].steps, b.groups[g].steps);
    EXPECT_EQ(a.groups[g].times_us, b.groups[g].times_us);
    EXPECT_EQ(a.groups[g].order, b.groups[g].order);
    ASSERT_EQ(a.groups[g].values.size(), b.groups[g].values.size());
    for (std::size_t i = 0; i < a.groups[g].values.size(); ++i) {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(a.groups[g].values[i]),
                std::bit_cast<std::uint64_t>(b.groups[g].values[i]));
    }
  }
  ASSERT_EQ(a.records.size(), b.records.size());
  for (std::size_t i = 0; i < a.records.size(); ++i)
    EXPECT_EQ(payload_of(a.records[i]), payload_of(b.records[i]));
}

RowGroup group_of(std::vector<std::string> keys, std::size_t rows, std::uint32_t first_position) {
  RowGroup group;
  group.keys = std::move(keys);
  for (std::size_t r = 0; r < rows; ++r) {
    group.steps.push_back(static_cast<std::int64_t>(r * 10));
    group.times_us.push_back(1'700'000'000'000'000 + static_cast<std::int64_t>(r));
    group.order.push_back(first_position + static_cast<std::uint32_t>(r));
  }
  group.values.resize(rows * group.keys.size());
  return group;
}

Frame sample_frame() {
  Frame frame;
  RowGroup group = group_of({"loss", "lr", "epoch"}, 5, 0);
  const double nan = std::numeric_limits<double>::quiet_NaN(),
               infinity = std::numeric_limits<double>::infinity();
  group.values = {0.1f,     nan,       -0.0,
                  infinity, 1e-45,  // float32, bit for bit
                  0.1,      1e300,     std::bit_cast<double>(0x7FF0000000000001u),
                  5e-324,   -infinity, 2.5,
                  2.5,      2.5,       2.5,
                  2.5};  // constant
  group.steps = {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                 0, -1, 0};
  frame.groups.push_back(group);
  frame.groups.push_back(group_of({}, 1, 5));
  RowGroup system = group_of({"system/cpu"}, 2, 6);
  system.system = true;
  system.steps.clear();
  frame.groups.push_back(system);
  for (const Record& record : sample_records()) {
    const RecordKind kind = kind_of(record);
    if (kind != RecordKind::kKey && kind != RecordKind::kRow && kind != RecordKind::kSystem)
      frame.records.push_back(record);
  }
  return frame;
}

TEST(Frame, ComesBackAsItWent) {
  expect_same(decode_frame(encode_frame(sample_frame())), sample_frame());
  expect_same(decode_frame(encode_frame({})), {});
}

TEST(Frame, RandomColumnsComeBackBitForBit) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    RowGroup group = group_of({"a", "b"}, 1 + random() % 300, 0);
    for (double& value : group.values) {
      value = round % 2 == 0
                  ? std::bit_cast<double>(random())
                  : static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
    }
    Frame frame;
    frame.groups.push_back(group);
    expect_same(decode_frame(encode_frame(frame)), frame);
  }
}

TEST(Frame, FloatColumnsTakeHalfTheRoomOfDoubles) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise;
  RowGroup group = group_of({"a"}, 10'000, 0);
  for (double& value : group.values) value = noise(random);
  Frame doubles{{group}, {}};
  for (double& value : group.values) value = static_cast<float>(value);
  Frame floats{{group}, {}};
  EXPECT_LT(encode_frame(floats).size(), encode_frame(doubles).size() * 6 / 10);
}

TEST(Frame, AnyTruncationOrFlippedBitIsRefusedOrHarmless) {
  const std::string good = encode_frame(sample_frame());
  for (std::size_t n = 0; n < good.size(); ++n)
    EXPECT_THROW(decode_frame(good.substr(0, n)), Error) << n;
  EXPECT_THROW(decode_frame(good + '\0'), Error);
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ (1 << bit));
      try {
        decode_frame(bad);
      } catch (const Error&) {
      }
    }
  }
}

// Content that no encoder of ours would make, as a payload.
std::string payload_with(const std::string& content) {
  std::string out(1 + ZSTD_compressBound(content.size()), '\1');
  out.resize(1 + ZSTD_compress(out.data() + 1, out.size() - 1, content.data(), content.size(), 1));
  return out;
}

void expect_refused(const std::string& content, const std::string& reason) {
  try {
    decode_frame(payload_with(content));
    ADD_FAILURE() << "accepted; should say: " << reason;
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kDataLoss);
    EXPECT_NE(std::string(e.what()).find(reason), std::string::npos) << e.what();
  }
}

TEST(HostileFrame, LiesAreFoundOut) {
  using namespace std::string_literals;
  const std::string key = "\x01\x01k"s;  // one key named k
  const std::string row =
      "\x01\x00\x01\x00\x01\x02\x02"s;  // one group: no flags, key 0, one row, step 1, time 1
  const std::string value = "\x02"s + std::string(8, '\0');
  decode_frame(payload_with(key + row + "\x00"s + value + "\x00"s));  // the truth is accepted
  expect_refused("\xFF\xFF\xFF\xFF\x0F"s, "announces more");
  expect_refused("\x02\x01k\x01k\x00\x00"s, "a key twice");
  expect_refused("\x01\x00\x00\x00"s, "without a name");
  expect_refused("\x01\x01\xFF\x00\x00"s, "not UTF-8");
  expect_refused(key + row + "\x01"s + value + "\x00"s, "position beyond");
  const std::string second = "\x00\x01\x00\x01\x02\x02"s;
  expect_refused(
      "\x01\x01k\x02"s + row.substr(1) + "\x00"s + value + second + "\x00"s + value + "\x00"s,
      "two rows of one position");
  expect_refused(key + "\x01\x02\x01\x00\x01\x02\x02\x00"s + value + "\x00"s, "unknown flags");
  expect_refused(key + "\x01\x00\x01\x01\x01\x02\x02\x00"s + value + "\x00"s,
                 "key it does not name");
  expect_refused(key + "\x01\x00\x02\x00\x00\x01\x02\x02\x00"s + value + value + "\x00"s,
                 "key twice in a row");
  expect_refused(key + "\x01\x00\x01\x00\x00"s + std::string(20, '\0'), "without rows");
  expect_refused(key + row + "\x00\x03"s + std::string(8, '\0') + "\x00"s, "unknown encoding");
  expect_refused(key + row + "\x00"s + value + "\x00x"s, "trailing");
  expect_refused("\x00\x00\x01\x02\x00"s, "row among");
  expect_refused("\x00\x00\x01\x63\x00"s, "does not know");
  expect_refused("\x80\x00\x00\x00"s, "longer than need be");
}

TEST(HostileFrame, NulIsRefusedInKeysAndTexts) {
  using namespace std::string_literals;
  expect_refused("\x01\x03"s + "a\0c"s + "\x00\x00"s, "NUL");
  const std::string note = "\x03\x00\x00\x00"s + "a\0c"s;
  expect_refused("\x00\x00\x01\x0A\x07"s + note, "NUL");
}

void expect_record_refused(const Record& record, const std::string& reason) {
  std::string payload;
  encode_payload(record, payload);
  std::string content("\0\0\1", 3);  // no keys, no groups, one record
  base::put(content, kind_of(record));
  base::put_varint(content, payload.size());
  expect_refused(content + payload, reason);
}

TEST(HostileFrame, KeysBeyondTheLimitAreRefused) {
  Frame frame;
  frame.groups.push_back(group_of({std::string(kMaxKeyBytes, 'k')}, 1, 0));
  EXPECT_NO_THROW(decode_frame(encode_frame(frame)));
  std::string content(1, '\1');
  base::put_varint(content, kMaxKeyBytes + 1);
  expect_refused(content + std::string(kMaxKeyBytes + 3, 'k'), "key of more than 512 bytes");
}

TEST(HostileFrame, TextsBeyondTheirLimitsAreRefused) {
  const auto start_with = [](std::string RunStart::*field, std::size_t size) {
    RunStart start;
    start.*field = std::string(size, 'x');
    return start;
  };
  Frame longest;
  longest.records = {start_with(&RunStart::name, kMaxNameBytes),
                     Notes{std::string(kMaxNotesBytes, 'n')}};
  EXPECT_NO_THROW(decode_frame(encode_frame(longest)));
  expect_record_refused(start_with(&RunStart::project, kMaxProjectBytes + 1), "project name");
  expect_record_refused(start_with(&RunStart::name, kMaxNameBytes + 1), "run name");
  expect_record_refused(start_with(&RunStart::group, kMaxNameBytes + 1), "group name");
  expect_record_refused(start_with(&RunStart::job_type, kMaxNameBytes + 1), "job type");
  expect_record_refused(start_with(&RunStart::notes, kMaxNotesBytes + 1), "note");
  RunStart tagged;
  tagged.tags = {std::string(kMaxTagBytes + 1, 't')};
  expect_record_refused(tagged, "tag");
  expect_record_refused(Tags{std::vector<std::string>(kMaxTags + 1, "t")}, "1000 tags");
  expect_record_refused(Notes{std::string(kMaxNotesBytes + 1, 'n')}, "note");
  expect_record_refused(MetricDefinition{std::string(kMaxKeyBytes + 1, 'k'), "{}"}, "pattern");
  Finish finish;
  finish.reason = std::string(kMaxReasonBytes + 1, 'r');
  expect_record_refused(finish, "reason");
}

TEST(HostileFrame, WhatUnpacksToTooMuchIsRefusedBeforeUnpacking) {
  EXPECT_THROW(decode_frame(payload_with(std::string(33u << 20, '\0'))), Error);
  FrameLimits limits;
  limits.compressed_bytes = 10;
  EXPECT_THROW(decode_frame(encode_frame(sample_frame()), limits), Error);
}

TEST(HostileFrame, ConstantColumnsCannotAskForMoreMemoryThanTheLimit) {
  std::string content;
  base::put_varint(content, 3000);
  for (int k = 0; k < 3000; ++k) {
    content += '\4';
    content += std::to_string(1000 + k);
  }
  base::put_varint(content, 1);
  content += '\1';
  base::put_varint(content, 3000);
  for (std::uint64_t k = 0; k < 3000; ++k) base::put_varint(content, k);
  base::put_varint(content, 1'000'000);
  content += std::string(3'000'000, '\0');
  expect_refused(content, "more values");
}

}  // namespace
}  // namespace tracker::spool::test
