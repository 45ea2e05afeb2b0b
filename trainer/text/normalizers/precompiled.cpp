#include "text/normalizers/precompiled.hpp"

#include <algorithm>
#include <cstring>

#include "text/unicode/grapheme.hpp"
#include "text/unicode/normal_forms.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

constexpr std::size_t kLongestGrapheme = 5;  // bytes of one that is replaced as a whole

std::string from_base64(const Component& component, std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<std::uint32_t>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<std::uint32_t>(c - 'a') + 26;
    } else if (c >= '0' && c <= '9') {
      value = static_cast<std::uint32_t>(c - '0') + 52;
    } else if (c == '+' || c == '/') {
      value = c == '+' ? 62 : 63;
    } else {
      throw_invalid(component, "'precompiled_charsmap' is not base64");
    }
    bits = bits << 6U | value;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>(bits >> count & 0xFFU));
  }
  return out;
}

// Hands on characters with their changes, one behind: what is removed counts for the one before it.
class Changes {
 public:
  explicit Changes(Transform& out) : out_(out) {}

  void keep(std::string_view characters) {
    if (characters.empty()) return;
    flush();
    const std::size_t last = decode_last(characters).length;
    out_.keep(characters.substr(0, characters.size() - last));
    wait({decode_last(characters).code, 0});
  }

  void replace(std::string_view old_part, std::string_view new_part) {
    const auto old_count = static_cast<std::ptrdiff_t>(count_characters(old_part));
    const auto new_count = static_cast<std::ptrdiff_t>(count_characters(new_part));
    std::ptrdiff_t index = 0;
    for_each_character(new_part, [&](char32_t c, std::string_view) {
      flush();
      wait({c, index < old_count ? 0 : 1});
      ++index;
    });
    if (new_count < old_count && waiting_) pending_.change += new_count - old_count;
  }

  void flush() {
    if (waiting_) out_.put(pending_.code, pending_.change);
    waiting_ = false;
  }

 private:
  void wait(CharacterChange change) {
    pending_ = change;
    waiting_ = true;
  }

  Transform& out_;
  CharacterChange pending_;
  bool waiting_ = false;
};

}  // namespace

PrecompiledNormalizer::PrecompiledNormalizer(std::string_view charsmap, const std::string& place) {
  const Json nothing;
  const Component component{nothing, place};
  std::uint32_t size = 0;
  if (charsmap.size() < sizeof size) throw_invalid(component, "has a charsmap that is too short");
  std::memcpy(&size, charsmap.data(), sizeof size);
  charsmap.remove_prefix(sizeof size);
  if (size > charsmap.size() || size < 4)
    throw_invalid(component, "has a charsmap whose array is longer than it is");
  units_.resize(size / 4);
  std::memcpy(units_.data(), charsmap.data(), units_.size() * 4);
  replacements_ = charsmap.substr(units_.size() * 4);
  if (!is_valid_utf8(replacements_)) throw_invalid(component, "has a charsmap that is not UTF-8");
  for (unsigned char c = 0; c < 128; ++c) {
    const auto text = static_cast<char>(c);
    plain_[c] = !find({&text, 1}).has_value();
  }
}

std::optional<std::uint32_t> PrecompiledNormalizer::value(std::string_view text) const noexcept {
  const auto offset = [](std::uint32_t unit) { return (unit >> 10U) << ((unit & 0x200U) >> 6U); };
  std::size_t node = offset(units_[0]);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0) break;
    node ^= byte;
    if (node >= units_.size()) break;
    const std::uint32_t unit = units_[node];
    if ((unit & 0x800000FFU) != byte) break;
    node ^= offset(unit);
    if (node >= units_.size()) break;
    if ((unit >> 8U & 1U) != 0) return units_[node] & 0x7FFFFFFFU;
  }
  return std::nullopt;
}

std::optional<std::string_view> PrecompiledNormalizer::find(std::string_view text) const noexcept {
  const auto at = value(text);
  if (!at || *at > replacements_.size()) return std::nullopt;
  const std::string_view from = std::string_view(replacements_).substr(*at);
  // Into the middle of a character no map of sentencepiece's points.
  if (!from.empty() && (static_cast<unsigned char>(from[0]) & 0xC0U) == 0x80U) return std::nullopt;
  return from.substr(0, from.find('\0'));
}

bool PrecompiledNormalizer::maps_nothing(std::string_view text) const {
  return std::ranges::all_of(text, [this](char c) {
    return static_cast<unsigned char>(c) < 0x80 && plain_[static_cast<unsigned char>(c)];
  });
}

NormalizedString PrecompiledNormalizer::normalize(const NormalizedString& text,
                                                  TextStore& store) const {
  const std::string_view all = text.text();
  if (maps_nothing(all)) return text;
  bool modified = false;
  Transform out(text, store);
  Changes changes(out);
  std::size_t kept = 0;  // up to here all is handed on
  const auto look_up = [&](std::size_t at, std::size_t length) {
    const auto found = find(all.substr(at, length));
    if (!found) return false;
    changes.keep(all.substr(kept, at - kept));
    changes.replace(all.substr(at, length), *found);
    kept = at + length;
    modified = true;
    return true;
  };
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t length = grapheme_length(all.substr(at));
    const bool plain = length == 1 && plain_[static_cast<unsigned char>(all[at])];
    if (!plain && !(length <= kLongestGrapheme && look_up(at, length))) {
      for (std::size_t i = 0; i < length;) {
        const std::size_t one = decode(all.data() + at + i).length;
        look_up(at + i, one);
        i += one;
      }
    }
    at += length;
  }
  if (!modified) return text;
  changes.keep(all.substr(kept));
  changes.flush();
  return out.finish();
}

std::unique_ptr<Normalizer> load_precompiled(const Component& component) {
  const std::string charsmap =
      from_base64(component, string_field(component, "precompiled_charsmap"));
  return std::make_unique<PrecompiledNormalizer>(charsmap, component.place);
}

}  // namespace trainer::text
