#include "src/names.hpp"

#include <iterator>
#include <random>

namespace tracker {
namespace {

constexpr const char* kAdjectives[] = {
    "amber",  "ancient", "bold",    "brave",  "bright", "brisk",   "calm",   "clear",
    "cosmic", "crisp",   "curious", "daring", "deep",   "distant", "eager",  "early",
    "fair",   "fast",    "fresh",   "gentle", "golden", "grand",   "green",  "happy",
    "hidden", "humble",  "keen",    "kind",   "lively", "lucid",   "lunar",  "mellow",
    "misty",  "noble",   "patient", "polar",  "proud",  "quick",   "quiet",  "rapid",
    "rare",   "royal",   "silent",  "silver", "smooth", "solar",   "steady", "still",
    "sunny",  "swift",   "tidal",   "velvet", "vivid",  "warm",    "wild"};
constexpr const char* kNouns[] = {
    "aurora", "badger", "beacon",  "birch",  "breeze",   "brook",   "canyon", "cedar",   "cliff",
    "cloud",  "comet",  "coral",   "crane",  "creek",    "delta",   "dune",   "eagle",   "ember",
    "falcon", "fern",   "field",   "finch",  "fjord",    "forest",  "galaxy", "garden",  "glacier",
    "grove",  "harbor", "hawk",    "heron",  "hill",     "island",  "lagoon", "lake",    "lark",
    "maple",  "meadow", "meteor",  "moon",   "mountain", "nebula",  "oak",    "ocean",   "orchid",
    "otter",  "owl",    "pebble",  "pine",   "planet",   "prairie", "quartz", "raven",   "reef",
    "ridge",  "river",  "sparrow", "spruce", "star",     "stone",   "summit", "thunder", "valley",
    "wave",   "willow", "wolf"};

}  // namespace

std::string make_run_name(const std::string& run_id) {
  std::seed_seq seed(run_id.begin(), run_id.end());
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  return std::string(kAdjectives[pick(std::size(kAdjectives))]) + "-" +
         kNouns[pick(std::size(kNouns))] + "-" + std::to_string(1 + pick(999));
}

}  // namespace tracker
