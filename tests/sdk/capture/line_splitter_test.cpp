#include "capture/line_splitter.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tracker::capture {
namespace {

using Lines = std::vector<std::pair<std::uint64_t, std::string>>;

struct Splitting {
  explicit Splitting(std::size_t max = 100) : splitter(max) {}
  Splitting& add(std::string_view bytes) {
    splitter.add(bytes,
                 [this](std::uint64_t n, const std::string& text) { lines.emplace_back(n, text); });
    return *this;
  }
  Splitting& flush() {
    splitter.flush(
        [this](std::uint64_t n, const std::string& text) { lines.emplace_back(n, text); });
    return *this;
  }
  LineSplitter splitter;
  Lines lines;
};

TEST(LineSplitter, LinesAreNumberedWhereverTheReadsFall) {
  EXPECT_EQ(Splitting().add("a\nb").add("c\n\nd\n").lines,
            (Lines{{0, "a"}, {1, "bc"}, {2, ""}, {3, "d"}}));
}

TEST(LineSplitter, CarriageReturnAndNewlineEndOneLine) {
  EXPECT_EQ(Splitting().add("a\r").add("\nb\r\n").lines, (Lines{{0, "a"}, {1, "b"}}));
}

TEST(LineSplitter, AProgressLineKeepsItsNumberAndItsLastText) {
  EXPECT_EQ(Splitting().add("10%\r20%").flush().add("\r100%").flush().flush().add("\nnext\n").lines,
            (Lines{{0, "20%"}, {0, "100%"}, {0, "100%"}, {1, "next"}}));
}

TEST(LineSplitter, ALineDrawnAndLeftWithReturnStaysUntilItIsReplaced) {
  EXPECT_EQ(Splitting().add("50%\r").flush().add("\n").lines, (Lines{{0, "50%"}, {0, "50%"}}));
}

TEST(LineSplitter, AnOpenLineIsGivenOnceAndAgainWhenItGrows) {
  EXPECT_EQ(Splitting().add("pass").flush().flush().add("word: ").flush().lines,
            (Lines{{0, "pass"}, {0, "password: "}}));
}

TEST(LineSplitter, LinesAboveTheLimitAreCut) {
  EXPECT_EQ(Splitting(4).add("abcdefghij\n").lines, (Lines{{0, "abcd"}, {1, "efgh"}, {2, "ij"}}));
}

}  // namespace
}  // namespace tracker::capture
