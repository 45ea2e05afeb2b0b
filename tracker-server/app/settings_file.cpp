#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include <tracker/error.hpp>

#include "app/settings.hpp"

// The file of settings. YAML, since its values have no types of their own here: what a value must
// be is the setting's business, in all three places alike.
namespace tracker::app {
namespace {

constexpr std::size_t kLargest = 1u << 20;

Error bad(const std::string& file, const YAML::Mark& mark, const std::string& what) {
  return Error(ErrorCode::kInvalidArgument,
               mark.is_null() ? fmt::format("{}: {}", file, what)
                              : fmt::format("{}:{}: {}", file, mark.line + 1, what));
}

std::string text_of(const YAML::Node& node, const std::string& file, const std::string& key) {
  if (node.IsScalar()) return node.Scalar();
  throw bad(file, node.Mark(),
            fmt::format("{}: {}", key, node.IsNull() ? "has no value" : "must be a plain value"));
}

Given given(const Setting& setting, const YAML::Node& node, const std::string& file, int line) {
  Given out{fmt::format("{}:{}: {}", file, line, setting.name), {}};
  if (setting.kind == Setting::Kind::kList && node.IsSequence()) {
    for (const auto& entry : node) out.values.push_back(text_of(entry, file, setting.name));
  } else {
    out.values.push_back(text_of(node, file, setting.name));
  }
  return out;
}

Values from_root(const YAML::Node& root, const std::string& file) {
  Values values;
  if (root.IsNull()) return values;
  if (!root.IsMap()) throw bad(file, root.Mark(), "must be lines of the form `name: value`");
  const auto all = settings();
  for (const auto& entry : root) {
    const auto mark = entry.first.Mark();
    if (!entry.first.IsScalar()) throw bad(file, mark, "the name of a setting is expected");
    const auto& key = entry.first.Scalar();
    const auto setting =
        std::find_if(all.begin(), all.end(), [&](const Setting& s) { return key == s.name; });
    if (setting == all.end())
      throw bad(file, mark,
                fmt::format("unknown setting `{}`: the names are those of the flags in "
                            "tracker-server --help",
                            key));
    if (!values.emplace(key, given(*setting, entry.second, file, mark.line + 1)).second)
      throw bad(file, mark, fmt::format("`{}` stands here a second time", key));
  }
  return values;
}

// Refuses a second document. Loading all at once is no way to see it: yaml-cpp 0.7 finds documents
// without end behind a comma.
class OneDocument final : public YAML::EventHandler {
 public:
  explicit OneDocument(const std::string& file) : file_(file) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw bad(file_, mark, "a second document begins here");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  const std::string& file_;
  int documents_ = 0;
};

void check_documents(const std::string& text, const std::string& file) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  OneDocument one(file);
  while (parser.HandleNextDocument(one)) {
  }
}

}  // namespace

Values from_yaml(const std::string& text, const std::string& file) {
  try {
    check_documents(text, file);
    return from_root(YAML::Load(text), file);
  } catch (const YAML::Exception& error) {
    throw bad(file, error.mark, fmt::format("is not YAML: {}", error.msg));
  }
}

Values from_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("--config: cannot read {}: {}", file, std::strerror(errno)));
  std::string text(kLargest + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || text.size() > kLargest || text.find('\0') != std::string::npos)
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("--config: {} is no file of settings", file));
  return from_yaml(text, file);
}

}  // namespace tracker::app
