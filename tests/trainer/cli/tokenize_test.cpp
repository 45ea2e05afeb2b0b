#include "cli/tokenize.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/error.hpp"
#include "support/directories.hpp"
#include "trainer/models/tiny_model.hpp"

namespace trainer::cli {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kTokenizers = fs::path(TRACKER_SOURCE_DIR) / "tests" / "golden" / "tokenizers";

// Standard input and output for the time of a test.
class Redirected {
 public:
  explicit Redirected(const std::string& input)
      : in_(input), old_in_(std::cin.rdbuf(in_.rdbuf())), old_out_(std::cout.rdbuf(out_.rdbuf())) {}
  ~Redirected() {
    std::cin.rdbuf(old_in_);
    std::cout.rdbuf(old_out_);
    std::cin.clear();
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;
  std::string output() const { return out_.str(); }

 private:
  std::istringstream in_;
  std::ostringstream out_;
  std::streambuf* old_in_;
  std::streambuf* old_out_;
};

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

class Tokenize : public testing::Test {
 protected:
  TokenizeOptions options(const std::string& lines) const {
    test::write_text(folder_.path() / "in.jsonl", lines);
    return {.model = kTokenizers / "bert",
            .input = (folder_.path() / "in.jsonl").string(),
            .output = (folder_.path() / "out.jsonl").string(),
            .encode = {}};
  }
  // The message of the error that tokenizing these lines ends with.
  std::string error(const std::string& lines) const {
    try {
      run_tokenize(options(lines));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }

  tracker::test::TempDirectory folder_;
};

TEST_F(Tokenize, WritesTheIdsOfEachLineInOrder) {
  std::string lines;
  std::string expected;
  std::ifstream goldens(kTokenizers / "bert" / "cases.jsonl");
  for (std::string line; std::getline(goldens, line);) {
    const auto golden = nlohmann::json::parse(line);
    if (golden.contains("max_length") || !golden.value("special", true)) continue;
    nlohmann::json row = {{"text", golden["text"]}};
    if (golden.contains("text_pair")) row["text_pair"] = golden["text_pair"];
    lines += row.dump() + "\n\n";
    expected += "{\"input_ids\":" + golden["ids"].dump() +
                ",\"token_type_ids\":" + golden["type_ids"].dump() + "}\n";
  }
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(run_tokenize(options(lines)), 0);
  EXPECT_EQ(content(folder_.path() / "out.jsonl"), expected);
}

TEST_F(Tokenize, ModelsWithoutTokenTypesGetNone) {
  TokenizeOptions o = options("{\"text\":\"a\"}\n");
  o.model = kTokenizers / "roberta";
  run_tokenize(o);
  EXPECT_THAT(content(o.output), testing::Not(HasSubstr("token_type_ids")));
}

TEST_F(Tokenize, MaxLengthCutsEachText) {
  TokenizeOptions o = options("{\"text\":\"the movie is long and then longer\"}\n");
  o.encode.max_length = 4;
  run_tokenize(o);
  EXPECT_EQ(nlohmann::json::parse(content(o.output))["input_ids"].size(), 4U);
}

TEST_F(Tokenize, OffsetsAreCharactersOfTheText) {
  TokenizeOptions o = options("{\"text\":\"é the\"}\n");
  o.encode.offsets = true;
  run_tokenize(o);
  EXPECT_EQ(nlohmann::json::parse(content(o.output))["offset_mapping"],
            nlohmann::json::parse("[[0,0],[0,1],[2,5],[0,0]]"));
}

TEST_F(Tokenize, PaddingFillsUpToMaxLengthAndAddsTheMask) {
  TokenizeOptions o = options("{\"text\":\"the movie\"}\n");
  o.encode.max_length = 6;
  o.encode.offsets = true;
  o.padding = Padding::kMaxLength;
  run_tokenize(o);
  const auto line = nlohmann::json::parse(content(o.output));
  EXPECT_EQ(line["attention_mask"], nlohmann::json::parse("[1,1,1,1,0,0]"));
  EXPECT_EQ(line["input_ids"].size(), 6U);
  EXPECT_EQ(line["input_ids"][5], 0);
  EXPECT_EQ(line["token_type_ids"].size(), 6U);
  EXPECT_EQ(line["offset_mapping"].size(), 6U);
  o.encode.max_length.reset();
  EXPECT_THROW(run_tokenize(o), Error);
}

TEST_F(Tokenize, StrategyAndSideSayWhatIsCut) {
  TokenizeOptions o = options("{\"text\":\"the movie\",\"text_pair\":\"a long movie\"}\n");
  o.encode = {.add_special_tokens = false,
              .max_length = 3,
              .truncation_strategy = text::TruncationStrategy::kOnlySecond,
              .truncation_side = text::Side::kLeft};
  run_tokenize(o);
  const auto ids = nlohmann::json::parse(content(o.output))["input_ids"];
  ASSERT_EQ(ids.size(), 3U);
  EXPECT_EQ(ids[1], ids[2]);  // movie, and the end of the second text
}

TEST_F(Tokenize, ATextThatCannotBeCutNamesItsLine) {
  TokenizeOptions o = options("{\"text\":\"a\"}\n{\"text\":\"the movie\",\"text_pair\":\"a\"}\n");
  o.encode.max_length = 3;
  o.encode.add_special_tokens = false;
  o.encode.truncation_strategy = text::TruncationStrategy::kOnlySecond;
  o.encode.max_length = 1;
  try {
    run_tokenize(o);
    FAIL() << "nothing thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("in.jsonl: line 2: "));
  }
}

TEST_F(Tokenize, BadLinesNameFileAndLine) {
  const std::string good = "{\"text\":\"a\"}\n";
  EXPECT_THAT(error(good + "{\"text\""), HasSubstr("in.jsonl: line 2 is not valid JSON"));
  EXPECT_THAT(error(good + "[]"), HasSubstr("in.jsonl: line 2 is not a JSON object"));
  EXPECT_THAT(error(good + "\n{\"txt\":\"a\"}"), HasSubstr("in.jsonl: line 3 has no 'text'"));
  EXPECT_THAT(error("{\"text\":3}"), HasSubstr("line 1 has a 'text' that is not a string"));
}

TEST_F(Tokenize, OutputAppearsWholeOrNotAtAll) {
  const TokenizeOptions o = options("{\"text\":\"a\"}\nbroken\n");
  EXPECT_THROW(run_tokenize(o), Error);
  EXPECT_EQ(files(), 1U);  // the input alone, nothing temporary
  test::write_text(o.output, "old");
  EXPECT_THROW(run_tokenize(o), Error);
  EXPECT_EQ(content(o.output), "old");
  EXPECT_EQ(files(), 2U);
}

TEST_F(Tokenize, MissingInputLeavesNoOutput) {
  TokenizeOptions o = options("");
  o.input = "/no/such.jsonl";
  EXPECT_THROW(run_tokenize(o), Error);
  EXPECT_FALSE(fs::exists(o.output));
}

TEST_F(Tokenize, DashesAreStandardInputAndOutput) {
  TokenizeOptions o = options("{\"text\":\"the movie\"}\n");
  run_tokenize(o);
  const std::string from_files = content(o.output);
  const Redirected redirected(content(o.input));
  o.input = o.output = "-";
  run_tokenize(o);
  EXPECT_EQ(redirected.output(), from_files);
}

TEST_F(Tokenize, ErrorsOfStandardInputNameItAndTheLine) {
  TokenizeOptions o = options("");
  o.input = "-";
  const Redirected redirected("{\"text\":\"a\"}\nbroken\n");
  try {
    run_tokenize(o);
    FAIL() << "nothing thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("standard input: line 2"));
  }
}

}  // namespace
}  // namespace trainer::cli
