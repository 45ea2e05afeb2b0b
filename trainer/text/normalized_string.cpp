#include "text/normalized_string.hpp"

#include <algorithm>
#include <limits>

#include "config/error.hpp"

namespace trainer::text {
namespace {

// Buffers that a long text left behind are not kept for the next one.
constexpr std::size_t kKeptBytes = std::size_t{1} << 16U;
constexpr std::size_t kKeptBuffers = 1024;

std::uint32_t narrow(std::size_t size) noexcept { return static_cast<std::uint32_t>(size); }

}  // namespace

TextStore::Buffer& TextStore::next() {
  if (used_ == buffers_.size()) buffers_.push_back(std::make_unique<Buffer>());
  return *buffers_[used_++];
}

void TextStore::clear() {
  if (buffers_.size() > kKeptBuffers) buffers_.resize(kKeptBuffers);
  for (std::size_t i = 0; i < std::min(used_, buffers_.size()); ++i) {
    Buffer& buffer = *buffers_[i];
    if (buffer.text.capacity() > kKeptBytes || buffer.alignment.capacity() > kKeptBytes) {
      buffer = Buffer();
      continue;
    }
    buffer.text.clear();
    buffer.alignment.clear();
  }
  used_ = 0;
}

NormalizedString::NormalizedString(std::string_view text, Tracking tracking, TextStore& store)
    : text_(text) {
  if (text.size() >= std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorCode::kInvalidInput, "a text of 4 GiB or more cannot be tokenized at once");
  }
  if (!text.empty()) origin_bytes_ = decode(text.data()).length;
  if (tracking == Tracking::kOff) return;
  TextStore::Buffer& buffer = store.next();
  buffer.alignment.reserve(text.size() + 1);
  for (std::uint32_t i = 0; i < text.size();) {
    const std::uint32_t end = i + decode(text.data() + i).length;
    buffer.alignment.insert(buffer.alignment.end(), end - i, {i, end});
    i = end;
  }
  alignment_ = buffer.alignment.data();
}

NormalizedString NormalizedString::slice(std::size_t begin, std::size_t end) const noexcept {
  NormalizedString part;
  part.text_ = text_.substr(begin, end - begin);
  const auto of_these = [&](std::uint32_t leading) {
    return begin < leading ? narrow(std::min<std::size_t>(leading, end) - begin) : 0U;
  };
  part.origin_bytes_ = of_these(origin_bytes_);
  part.unaligned_bytes_ = of_these(unaligned_bytes_);
  part.at_origin_ = begin < origin_bytes_;
  if (alignment_ != nullptr) {
    part.alignment_ = alignment_ + begin;
    part.begin_ = begin < end ? part.alignment_->begin : begin_ + narrow(begin);
  }
  return part;
}

NormalizedString NormalizedString::narrowed(std::size_t begin, std::size_t end) const noexcept {
  NormalizedString part = slice(begin, end);
  part.begin_ = begin_;
  part.at_origin_ = at_origin_;
  return part;
}

Span NormalizedString::original(std::size_t begin, std::size_t end) const noexcept {
  // As the library: an empty range is where it is in this part, one that is not there stays as it
  // is.
  if (begin >= end) return {begin_ + narrow(begin), begin_ + narrow(end)};
  if (end > text_.size()) return {narrow(begin), narrow(end)};
  return {alignment_[begin].begin, alignment_[end - 1].end};
}

Transform::Transform(const NormalizedString& source, TextStore& store, std::size_t skipped)
    : source_(source), out_(store.next()), exact_(source.tracked() || source.at_origin_) {
  const std::size_t kept = source.unaligned_bytes_;
  out_.text.reserve(source.text().size() + 16);
  if (source.tracked()) out_.alignment.reserve(source.text().size() + 16);
  if (kept > 0 && kept < source.text().size()) {
    out_.text.append(source.text().substr(0, kept));
    if (source.tracked()) out_.alignment.assign(source.alignment_, source.alignment_ + kept);
    if (source.at_origin_) origin_bytes_ = narrow(kept);
    at_ = kept;
  }
  if (exact_) skip(skipped);
}

void Transform::skip(std::size_t characters) noexcept {
  const std::string_view text = source_.text();
  for (; characters > 0 && at_ < text.size(); --characters) at_ += decode(text.data() + at_).length;
}

void Transform::align(std::size_t bytes, std::ptrdiff_t change) {
  const bool inserted = change > 0;
  bool from_origin = source_.at_origin_;
  Span span{source_.begin_, source_.begin_};
  if (!source_.text().empty() && !(inserted && at_ == 0)) {
    const std::size_t index = std::min(inserted ? at_ - 1 : at_, source_.text().size() - 1);
    from_origin = index < source_.origin_bytes_;
    if (source_.tracked()) span = source_.alignment_[index];
  }
  if (source_.tracked()) out_.alignment.insert(out_.alignment.end(), bytes, span);
  if (origin_open_ && from_origin) {
    origin_bytes_ += narrow(bytes);
  } else {
    origin_open_ = false;
    exact_ = source_.tracked();
  }
  if (!inserted) skip(1);
  if (change < 0) skip(static_cast<std::size_t>(-change));
}

void Transform::put(char32_t character, std::ptrdiff_t change) {
  const std::size_t before = out_.text.size();
  append(out_.text, character);
  if (exact_) align(out_.text.size() - before, change);
}

void Transform::keep(std::string_view characters) {
  while (exact_ && !characters.empty()) {
    const std::size_t length = decode(characters.data()).length;
    put(characters.substr(0, length), 0);
    characters.remove_prefix(length);
  }
  out_.text.append(characters);
}

NormalizedString Transform::finish() {
  const std::size_t unaligned = source_.unaligned_bytes_;
  if (unaligned > 0 && unaligned == source_.text().size()) {
    // Nothing of the original is left to be replaced: what was there stays, behind the new text.
    out_.text.append(source_.text());
    if (source_.tracked()) {
      out_.alignment.insert(out_.alignment.end(), source_.alignment_,
                            source_.alignment_ + unaligned);
    }
  }
  NormalizedString made = source_;
  made.text_ = out_.text;
  made.origin_bytes_ = origin_bytes_;
  if (unaligned == source_.text().size()) made.unaligned_bytes_ = narrow(out_.text.size());
  if (source_.tracked()) {
    out_.alignment.reserve(1);
    made.alignment_ = out_.alignment.data();
  }
  return made;
}

Replacement::Replacement(const NormalizedString& source, TextStore& store)
    : source_(source), out_(store.next()) {
  out_.text.reserve(source.text().size() + 16);
  if (source.tracked()) out_.alignment.reserve(source.text().size() + 16);
}

void Replacement::copy_to(std::size_t end) {
  if (end <= done_) return;
  const auto leading = [&](std::uint32_t count) {
    return count > done_ ? narrow(std::min<std::size_t>(count, end) - done_) : 0U;
  };
  if (out_.text.size() == unaligned_bytes_) unaligned_bytes_ += leading(source_.unaligned_bytes_);
  if (origin_open_) {
    const std::uint32_t from_origin = leading(source_.origin_bytes_);
    origin_bytes_ += from_origin;
    origin_open_ = from_origin == end - done_;
  }
  out_.text.append(source_.text().substr(done_, end - done_));
  if (source_.tracked()) {
    out_.alignment.insert(out_.alignment.end(), source_.alignment_ + done_,
                          source_.alignment_ + end);
  }
  done_ = end;
}

void Replacement::replace(std::size_t begin, std::size_t end, std::string_view content) {
  copy_to(begin);
  // All of it came from where the last byte before its end did.
  const bool from_nothing = end == 0 || end - 1 < source_.unaligned_bytes_;
  const bool from_origin = end == 0 ? source_.at_origin_ : end - 1 < source_.origin_bytes_;
  if (from_nothing && out_.text.size() == unaligned_bytes_)
    unaligned_bytes_ += narrow(content.size());
  if (origin_open_ && from_origin) {
    origin_bytes_ += narrow(content.size());
  } else if (!content.empty()) {
    origin_open_ = false;
  }
  out_.text.append(content);
  if (source_.tracked()) {
    const Span span = end == 0 ? Span{source_.begin_, source_.begin_} : source_.alignment_[end - 1];
    out_.alignment.insert(out_.alignment.end(), content.size(), span);
  }
  done_ = end;
}

void Replacement::insert_at_beginning(std::string_view content) {
  out_.text.append(content);
  if (source_.origin_bytes_ > 0) origin_bytes_ = narrow(content.size());
  if (source_.unaligned_bytes_ > 0) unaligned_bytes_ = narrow(content.size());
  origin_open_ = source_.origin_bytes_ > 0;
  if (source_.tracked()) {
    out_.alignment.insert(out_.alignment.end(), content.size(), source_.alignment_[0]);
  }
}

NormalizedString Replacement::finish() {
  copy_to(source_.text().size());
  NormalizedString made = source_;
  made.text_ = out_.text;
  made.origin_bytes_ = origin_bytes_;
  made.unaligned_bytes_ = unaligned_bytes_;
  if (source_.tracked()) {
    out_.alignment.reserve(1);
    made.alignment_ = out_.alignment.data();
  }
  return made;
}

NormalizedString prepend(const NormalizedString& text, std::string_view prefix, TextStore& store) {
  if (text.text().empty() || prefix.empty()) return text;
  Replacement out(text, store);
  out.insert_at_beginning(prefix);
  return out.finish();
}

}  // namespace trainer::text
