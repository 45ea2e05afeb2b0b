#include "text/decoders/simple.hpp"

#include <algorithm>

#include "text/models/byte_alphabet.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

std::string cleaned(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> kRules[] = {
      {" .", "."},   {" ?", "?"},     {" !", "!"},     {" ,", ","},
      {" ' ", "'"},  {" n't", "n't"}, {" 'm", "'m"},   {" do not", " don't"},
      {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
  };
  for (const auto& [from, to] : kRules) text = replaced(text, from, to);
  return text;
}

// The byte of "<0x61>".
std::optional<char> fallback_byte(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || !token.ends_with('>')) return std::nullopt;
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
  };
  const int low = digit(token[4]);
  // As the library's number parser: a plus sign may stand before the digit.
  const int high = token[3] == '+' ? 0 : digit(token[3]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

}  // namespace

Tokens BpeDecoder::decode(Tokens tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i)
    tokens[i] = replaced(tokens[i], suffix_, i + 1 == tokens.size() ? "" : " ");
  return tokens;
}

Tokens ByteLevelDecoder::decode(Tokens tokens) const {
  std::string bytes;
  for (const std::string& token : tokens) bytes += bytes_of_token(token).value_or(token);
  return {repair(bytes)};
}

Tokens WordPieceDecoder::decode(Tokens tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0) {
      const bool continues = tokens[i].starts_with(prefix_);
      tokens[i] = continues ? tokens[i].substr(prefix_.size()) : " " + tokens[i];
    }
    if (cleanup_ == Cleanup::kOn) tokens[i] = cleaned(std::move(tokens[i]));
  }
  return tokens;
}

Tokens MetaspaceDecoder::decode(Tokens tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::string out;
    for_each_character(tokens[i], [&](char32_t c, std::string_view bytes) {
      if (c != options_.replacement) {
        out.append(bytes);
      } else if (i > 0 || options_.prepend_scheme == PrependScheme::kNever) {
        out.push_back(' ');
      }
    });
    tokens[i] = std::move(out);
  }
  return tokens;
}

Tokens CtcDecoder::decode(Tokens tokens) const {
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  Tokens out;
  for (const std::string& token : tokens) {
    std::string text = replaced(token, options_.pad_token, "");
    if (options_.cleanup == Cleanup::kOn)
      text = replaced(cleaned(std::move(text)), options_.word_delimiter_token, " ");
    if (!text.empty()) out.push_back(std::move(text));
  }
  return out;
}

Tokens ReplaceDecoder::decode(Tokens tokens) const {
  std::vector<Match> matches;
  for (std::string& token : tokens) {
    matches.clear();
    if (!token.empty()) pattern_->find(token, matches);
    std::string out;
    std::size_t done = 0;
    for (const Match& match : matches) {
      out.append(token, done, match.begin - done).append(content_);
      done = match.end;
    }
    token = out.append(token, done);
  }
  return tokens;
}

Tokens FuseDecoder::decode(Tokens tokens) const { return {join(tokens, "")}; }

Tokens StripDecoder::decode(Tokens tokens) const {
  std::string edge;
  append(edge, options_.content);
  for (std::string& token : tokens) {
    std::string_view left = token;
    for (std::size_t i = 0; i < options_.start && left.starts_with(edge); ++i)
      left.remove_prefix(edge.size());
    // Both edges are counted in the whole token, so what the left took may be taken again.
    std::size_t end = token.size();
    std::string_view right = token;
    for (std::size_t i = 0; i < options_.stop && right.ends_with(edge); ++i) {
      right.remove_suffix(edge.size());
      end = right.size();
    }
    const std::size_t begin = token.size() - left.size();
    token = begin < end ? token.substr(begin, end - begin) : std::string();
  }
  return tokens;
}

Tokens ByteFallbackDecoder::decode(Tokens tokens) const {
  Tokens out;
  std::string bytes;
  const auto finish = [&] {
    if (bytes.empty()) return;
    if (is_valid_utf8(bytes)) {
      out.push_back(bytes);
    } else {
      out.insert(out.end(), bytes.size(), std::string(kReplacement));
    }
    bytes.clear();
  };
  for (std::string& token : tokens) {
    if (const auto byte = fallback_byte(token)) {
      bytes.push_back(*byte);
      continue;
    }
    finish();
    out.push_back(std::move(token));
  }
  finish();
  return out;
}

Tokens SequenceDecoder::decode(Tokens tokens) const {
  for (const auto& part : parts_) tokens = part->decode(std::move(tokens));
  return tokens;
}

}  // namespace trainer::text
