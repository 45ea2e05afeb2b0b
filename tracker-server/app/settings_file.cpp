#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

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

}  // namespace

Values from_yaml(const std::string& text, const std::string& file) {
  try {
    const auto documents = YAML::LoadAll(text);
    if (documents.empty()) return {};
    if (documents.size() > 1) throw bad(file, documents[1].Mark(), "a second document begins here");
    return from_root(documents[0], file);
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
