// One type for each name: two sources that define a type of the same name in the same namespace,
// one of them outside of any unnamed namespace, share the functions that compilers make of
// templates for it (std::vector<Member>::push_back), and the linker keeps one, for whichever it was
// made. No compiler says so; members of the wrong size are moved. Types of one source belong into
// an unnamed namespace or into the class that uses them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "support/directories.hpp"

namespace {

namespace fs = std::filesystem;

// Words and single characters of a source, without comments and literals.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  std::size_t at = 0;
  const auto skip_past = [&](std::string_view end, std::size_t from) {
    const std::size_t found = text.find(end, from);
    at = found == text.npos ? text.size() : found + end.size();
  };
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  while (at < text.size()) {
    const char c = text[at];
    if (text.substr(at, 2) == "//") {
      skip_past("\n", at);
    } else if (text.substr(at, 2) == "/*") {
      skip_past("*/", at);
    } else if (text.substr(at, 2) == "R\"") {
      const std::size_t open = std::min(text.find('(', at), text.size());
      skip_past(")" + std::string(text.substr(at + 2, open - at - 2)) + "\"", open);
    } else if (c == '"' || c == '\'') {
      for (++at; at < text.size() && text[at] != c; ++at) at += text[at] == '\\' ? 1 : 0;
      ++at;
    } else if (is_word(c)) {
      const std::size_t begin = at;
      while (at < text.size() &&
             (is_word(text[at]) || text.substr(at, 2) == "::" ||
              (text[at] == ':' && text[at - 1] == ':') ||
              (text[at] == '\'' && std::isdigit(static_cast<unsigned char>(c)))))
        ++at;
      out.emplace_back(text.substr(begin, at - begin));
    } else {
      if (!std::isspace(static_cast<unsigned char>(c))) out.emplace_back(1, c);
      ++at;
    }
  }
  return out;
}

// Names, with their namespaces, of the types that a source defines outside of unnamed namespaces.
class TypeNames {
 public:
  static std::set<std::string> of(std::string_view text) {
    TypeNames names;
    const std::vector<std::string> words = words_of(text);
    for (std::size_t i = 0; i < words.size(); ++i) i = names.take(words, i);
    return names.found_;
  }

 private:
  // The last word that was looked at.
  std::size_t take(const std::vector<std::string>& words, std::size_t i) {
    if (words[i] == "}" && !scopes_.empty()) scopes_.pop_back();
    if (words[i] == "{") scopes_.push_back(kBlock);
    const bool is_namespace = words[i] == "namespace";
    static const std::set<std::string> kTypes = {"struct", "class", "enum", "union"};
    if (!is_namespace && !kTypes.contains(words[i])) return i;
    std::string name;
    bool is_named = false;
    std::size_t at = i + 1;
    for (; at < words.size() && words[at].find_first_of("{;()=<>,}") == std::string::npos; ++at) {
      if (words[at] == ":") is_named = true;
      if (!is_named && !kTypes.contains(words[at]) && words[at] != "final") name = words[at];
    }
    if (at == words.size() || (words[at] != "{" && !is_named)) return i;
    // Template arguments of a base class lie between the name and the body.
    while (at < words.size() && words[at] != "{" && words[at] != ";") ++at;
    if (at == words.size() || words[at] == ";") return at - 1;
    if (!is_namespace) add(name);
    scopes_.push_back(!is_namespace ? kBlock : name.empty() ? kUnnamed : name);
    return at;
  }

  void add(const std::string& name) {
    std::string whole;
    for (const std::string& scope : scopes_) {
      if (scope == kBlock || scope == kUnnamed) return;
      whole += scope + "::";
    }
    if (!name.empty() && name.find(':') == std::string::npos) found_.insert(whole + name);
  }

  inline static const std::string kBlock = "{", kUnnamed = "unnamed namespace";
  std::vector<std::string> scopes_;
  std::set<std::string> found_;
};

TEST(TypeNames, AreReadOutOfASource) {
  EXPECT_EQ(TypeNames::of(R"(
      namespace a::b {  // struct Comment {
      struct First { struct Inner {}; enum class Kind { kOne }; };
      class Second final : public Base<int> { const char* t = "struct Text {"; };
      namespace { struct Hidden {}; }
      enum class Third : char { kOne };
      struct Declared;
      class First::Impl { int i = 1'000; };
      template <class T> struct Fourth {};
      void f(struct Declared* d) { struct Local {}; }
      })"),
            (std::set<std::string>{"a::b::First", "a::b::Second", "a::b::Third", "a::b::Fourth"}));
}

TEST(TypeNames, EachIsDefinedInOneFile) {
  const fs::path root = TRACKER_SOURCE_DIR;
  std::map<std::string, std::set<std::string>> files;
  for (const char* folder : {"sdk", "tracker-server", "trainer", "tests"}) {
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
      std::stringstream text;
      text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      for (const std::string& name : TypeNames::of(text.str()))
        files[name].insert(fs::relative(entry.path(), root).string());
    }
  }
  ASSERT_GT(files.size(), 1000u) << "the sources were not read";
  for (const auto& [name, where] : files)
    EXPECT_EQ(where.size(), 1u) << name << ": " << testing::PrintToString(where);
}

}  // namespace
