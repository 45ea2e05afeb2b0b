#include <fmt/format.h>

#include <algorithm>

#include <tracker/error.hpp>

#include "app/settings.hpp"

// Where the values of settings come from, and how they are shown; which there are: settings.cpp.
namespace tracker::app {
namespace {

using Kind = Setting::Kind;

std::string flag_text(const std::string& text) {
  for (const char* yes : {"true", "1", "yes", "on"})
    if (text == yes) return "true";
  for (const char* no : {"false", "0", "no", "off"})
    if (text == no) return "false";
  throw Error(ErrorCode::kInvalidArgument, fmt::format("`{}` is neither true nor false", text));
}

// postgresql://user:password@host → postgresql://user:***@host; of other forms nothing is shown.
std::string masked(const std::string& url) {
  if (url.starts_with("http")) return "***";  // webhooks have their secret in the path
  const auto scheme = url.find("://");
  if (scheme == std::string::npos || url.find("password=") != std::string::npos) return "***";
  const auto start = scheme + 3;
  const auto at = url.rfind('@');
  const auto colon = url.find(':', start);
  if (at == std::string::npos || colon == std::string::npos || colon > at) return url;
  return url.substr(0, colon + 1) + "***" + url.substr(at);
}

// A YAML scalar; in quotes unless it is harmless.
std::string scalar(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain) && text.front() != '-' &&
      text != "null" && text != "Null" && text != "NULL")
    return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      out.push_back(c);
  }
  return out + '"';
}

}  // namespace

std::string variable_of(const Setting& setting) {
  std::string name = std::string("TRACKER_") + setting.name;
  for (char& c : name)
    c = c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

Values from_environment(const Environment& environment) {
  Values values;
  for (const auto& setting : settings()) {
    const auto name = variable_of(setting);
    const auto text = environment(name);
    if (!text || text->empty()) continue;
    Given given{"$" + name, {}};
    for (std::size_t at = 0; setting.kind == Kind::kList && at <= text->size();) {
      const auto comma = std::min(text->find(',', at), text->size());
      given.values.push_back(text->substr(at, comma - at));
      at = comma + 1;
    }
    if (setting.kind != Kind::kList) given.values.push_back(*text);
    values.emplace(setting.name, std::move(given));
  }
  return values;
}

Values resolve(std::span<const Values> places) {
  Values values;
  for (const auto& setting : settings()) {
    const auto place = std::find_if(places.begin(), places.end(),
                                    [&](const Values& v) { return v.contains(setting.name); });
    if (place != places.end())
      values.emplace(setting.name, place->find(setting.name)->second);
    else if (!setting.initial.empty())
      values.emplace(setting.name, Given{"default", {setting.initial}});
  }
  return values;
}

Config to_config(const Values& values) {
  Config config;
  for (const auto& setting : settings()) {
    const auto found = values.find(setting.name);
    if (found == values.end()) continue;
    for (const auto& value : found->second.values) {
      try {
        setting.apply(config, setting.kind == Kind::kFlag ? flag_text(value) : value);
      } catch (const Error& error) {
        throw Error(ErrorCode::kInvalidArgument,
                    fmt::format("{}: {}", found->second.where, error.what()));
      }
    }
  }
  return config;
}

std::string print(const Values& values) {
  std::string out;
  for (const auto& setting : settings()) {
    const auto found = values.find(setting.name);
    if (found == values.end()) {
      out += fmt::format("# {}: not set\n", setting.name);
      continue;
    }
    std::string text;
    for (const auto& value : found->second.values) {
      if (!text.empty()) text += ", ";
      text += setting.kind == Kind::kFlag ? flag_text(value)
                                          : scalar(setting.secret ? masked(value) : value);
    }
    if (setting.kind == Kind::kList) text = '[' + text + ']';
    out += fmt::format("{}: {}  # {}\n", setting.name, text, found->second.where);
  }
  return out;
}

}  // namespace tracker::app
