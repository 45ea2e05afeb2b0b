#include "text/decoders/decoder.hpp"

namespace trainer::text {

std::string join(const std::vector<std::string>& tokens, std::string_view between) {
  std::string out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) out.append(between);
    out.append(tokens[i]);
  }
  return out;
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (std::size_t done = 0;;) {
    const std::size_t at = from.empty() ? std::string_view::npos : text.find(from, done);
    out.append(text.substr(done, at - done));
    if (at == std::string_view::npos) return out;
    out.append(to);
    done = at + from.size();
  }
}

}  // namespace trainer::text
