#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// Where the payloads of `chunk` are cut into `payload` and `rest`: docs/storage.md, "Chunks". Pure.
namespace tracker::storage {

// What does not fit into a row PostgreSQL keeps in pieces of this size, four to a page. A last one
// that is smaller takes the place of a whole one, so it stays in the row, unless it is nearly
// whole: then fewer rows would fit a page.
inline constexpr std::size_t kPiece = 1'996, kMostRest = 1'850;

// Views of the payloads, which must outlive them.
struct CutPayloads {
  std::vector<std::string_view> payloads, rests;
};

inline CutPayloads cut_payloads(const std::vector<std::string>& payloads) {
  CutPayloads out;
  for (const std::string_view payload : payloads) {
    const std::size_t rest = payload.size() < kPiece ? 0 : payload.size() % kPiece;
    const std::size_t whole = rest > kMostRest ? payload.size() : payload.size() - rest;
    out.payloads.push_back(payload.substr(0, whole));
    out.rests.push_back(payload.substr(whole));
  }
  return out;
}

}  // namespace tracker::storage
