#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

// Identities. Every id that leaves the server is a UUID in its canonical text form (RFC 9562:
// 8-4-4-4-12 lower case hex); inside, each kind of id has a type of its own, so that a writer is
// never taken for a run.
namespace tracker::core {

struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  // Takes upper and lower case; anything but the 36-character form is nullopt.
  static std::optional<Uuid> parse(std::string_view text) noexcept;
  // Version 4 from the system's random source.
  static Uuid random();

  std::string text() const;
  auto operator<=>(const Uuid&) const = default;
};

template <class Tag>
class Id {
 public:
  Id() = default;  // the nil UUID, which nothing has
  explicit Id(const Uuid& uuid) noexcept : uuid_(uuid) {}

  // Throws Error(kInvalidArgument) that names the kind of id and the text.
  static Id from_text(std::string_view text);
  static std::optional<Id> parse(std::string_view text) noexcept {
    const auto uuid = Uuid::parse(text);
    return uuid ? std::optional<Id>(Id(*uuid)) : std::nullopt;
  }
  static Id random() { return Id(Uuid::random()); }

  const Uuid& uuid() const noexcept { return uuid_; }
  std::string text() const { return uuid_.text(); }
  auto operator<=>(const Id&) const = default;

 private:
  Uuid uuid_;
};

struct RunTag {
  static constexpr const char* kName = "run";
};
struct WriterTag {
  static constexpr const char* kName = "writer";
};
struct ProjectTag {
  static constexpr const char* kName = "project";
};
using RunId = Id<RunTag>;
using WriterId = Id<WriterTag>;
using ProjectId = Id<ProjectTag>;

}  // namespace tracker::core

template <class Tag>
struct std::hash<tracker::core::Id<Tag>> {
  std::size_t operator()(const tracker::core::Id<Tag>& id) const noexcept {
    std::uint64_t words[2];  // random bits already: folding is hashing
    std::memcpy(words, id.uuid().bytes.data(), sizeof words);
    return words[0] ^ (words[1] * 0x9E3779B97F4A7C15ULL);
  }
};
