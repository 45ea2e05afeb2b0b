#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include <tracker/error.hpp>
#include <tracker/json.hpp>
#include <tracker/run.hpp>

// A program that logs media: says the run's id on stdout, then takes a JSON object a line, until
// there is none left:
//   {"key","type","content_type","step", "text" or "file", "description"?}   one medium
//   {"values":{…},"step"}   a row      {"summary":{…}}   into the summary
// Exit code 1 for a line that is none of these, or if not everything was delivered.
namespace {

using tracker::Dict;

const Dict& dict_of(const Dict& line, const std::string& name) {
  static const Dict kNone;
  const auto found = line.find(name);
  return found == line.end() ? kNone : std::get<Dict>(found->second.data());
}

std::string text_of(const Dict& line, const std::string& name) {
  return std::get<std::string>(line.at(name).data());
}

std::string content_of(const Dict& line) {
  if (line.contains("text")) return text_of(line, "text");
  std::ifstream file(text_of(line, "file"), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

double number_of(const tracker::Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value.data()))
    return static_cast<double>(*whole);
  return std::get<double>(value.data());
}

void log_line(tracker::Run& run, const Dict& line) {
  if (line.contains("summary")) return run.summary(dict_of(line, "summary"));
  const auto step = std::get<std::int64_t>(line.at("step").data());
  if (line.contains("values")) {
    std::vector<tracker::Scalar> scalars;
    for (const auto& [key, value] : dict_of(line, "values"))
      scalars.push_back({key, number_of(value)});
    return run.log(scalars, step);
  }
  run.log_media(text_of(line, "key"),
                {text_of(line, "type"), text_of(line, "content_type"), content_of(line),
                 dict_of(line, "description")},
                step);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: media_logger PROJECT NAME\n");
    return 2;
  }
  try {
    tracker::RunSettings settings;
    settings.project = arguments[1];
    settings.name = arguments[2];
    settings.system_interval = {};
    settings.capture_console = false;
    tracker::Run run = tracker::Run::start(settings);
    std::cout << run.id() << std::endl;
    for (std::string line; std::getline(std::cin, line);)
      log_line(run, std::get<Dict>(tracker::value_from_json(line).value().data()));
    return run.finish() && run.dropped_rows() == 0 ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "media_logger: %s\n", error.what());
    return 1;
  }
}
