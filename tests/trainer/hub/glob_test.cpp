#include "hub/glob.hpp"

#include <gtest/gtest.h>

namespace trainer::hub {
namespace {

struct Case {
  const char* pattern;
  const char* path;
  bool fits;
};

// What Python's fnmatch.fnmatchcase says.
const Case kCases[] = {
    {"*.json", "config.json", true},
    {"*.json", "a/b/config.json", true},
    {"*.json", "config.jsonl", false},
    {"*", "", true},
    {"", "", true},
    {"", "a", false},
    {"onnx/*", "onnx/a/model.onnx", true},
    {"onnx/", "onnx/model.onnx", true},
    {"onnx/", "onnxx/model.onnx", false},
    {"onnx\\*", "onnx/model.onnx", true},
    {"model-0000?-of-*", "model-00001-of-00002.safetensors", true},
    {"?", "é", true},
    {"??", "é", false},
    {"[abc]x", "bx", true},
    {"[!abc]x", "bx", false},
    {"[!abc]x", "dx", true},
    {"[a-c]x", "bx", true},
    {"[a-c]x", "dx", false},
    {"[]]", "]", true},
    {"[!]]", "]", false},
    {"[a-]", "-", true},
    {"[abc", "[abc", true},
    {"[abc", "a", false},
    {"[", "[", true},
    {"a*b*c", "a-b-b-c", true},
    {"a*b*c", "a-b-b-", false},
    {"*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    {"A.json", "a.json", false},
    {"**/x", "a/b/x", true},
    {"[é-ü]", "ö", true},
};

TEST(Glob, patterns_mean_what_they_mean_to_python) {
  for (const Case& each : kCases) {
    EXPECT_EQ(glob_matches(each.pattern, each.path), each.fits)
        << each.pattern << " on " << each.path;
  }
}

TEST(Glob, a_path_is_selected_by_include_less_exclude) {
  EXPECT_TRUE(is_selected("a.bin", {}, {}));
  EXPECT_FALSE(is_selected("a.bin", {}, {"*.bin"}));
  EXPECT_TRUE(is_selected("a.json", {"*.json", "*.txt"}, {"b*"}));
  EXPECT_FALSE(is_selected("b.json", {"*.json"}, {"b*"}));
  EXPECT_FALSE(is_selected("c.bin", {"*.json"}, {}));
}

}  // namespace
}  // namespace trainer::hub
