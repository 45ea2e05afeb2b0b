#include "app/dockerfile.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace tracker::app {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), &::pclose);
  std::string out;
  std::array<char, 4'096> part{};
  while (std::fgets(part.data(), static_cast<int>(part.size()), pipe.get()) != nullptr)
    out += part.data();
  return out;
}

}  // namespace

Dockerfile::Dockerfile(const fs::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("no " + file.string());
  std::string whole;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.front() == '#') continue;
    const bool goes_on = !line.empty() && line.back() == '\\';
    if (goes_on) line.pop_back();
    whole += line;
    if (goes_on) continue;
    const auto space = whole.find(' ');
    if (space != std::string::npos) {
      const auto text = whole.substr(space + 1);
      instructions_.push_back({whole.substr(0, space), text, words_of(text)});
    }
    whole.clear();
  }
}

std::string Dockerfile::last(const std::string& name) const {
  std::string found;
  for (const auto& instruction : instructions_) {
    if (instruction.name == name) found = instruction.text;
  }
  return found;
}

std::vector<std::set<std::string>> Dockerfile::packages() const {
  std::vector<std::set<std::string>> all;
  for (const auto& instruction : instructions_) {
    const auto& words = instruction.words;
    const std::vector<std::string> command = {"apt-get", "install"};
    auto at = std::search(words.begin(), words.end(), command.begin(), command.end());
    if (at == words.end()) continue;
    std::set<std::string> names;
    for (at += 2; at != words.end() && *at != "&&"; ++at) {
      if (at->front() != '-') names.insert(*at);
    }
    all.push_back(std::move(names));
  }
  return all;
}

std::map<std::string, std::string> linked_libraries(const fs::path& program) {
  std::set<std::string> named;
  for (const auto& word : words_of(output_of("readelf -d '" + program.string() + "'"))) {
    if (word.front() == '[' && word.find(".so") != std::string::npos)
      named.insert(word.substr(1, word.size() - 2));
  }
  if (named.empty()) throw std::runtime_error("readelf says nothing of " + program.string());
  std::map<std::string, std::string> owners;
  std::istringstream lines(output_of("ldd '" + program.string() + "'"));
  for (std::string line; std::getline(lines, line);) {
    const auto words = words_of(line);  // name => path (address)
    if (words.size() < 3 || !named.contains(words[0])) continue;
    const auto real = fs::canonical(words[2]).filename().string();
    for (const auto& owner :
         words_of(output_of("dpkg -S '*/" + real + "' | grep -v '^lib32\\|-i386:'"))) {
      owners[words[0]] = owner.substr(0, owner.find(':'));
      break;
    }
  }
  return owners;
}

}  // namespace tracker::app
