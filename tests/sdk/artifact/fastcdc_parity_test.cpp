// The cuts are those of fastcdc_reference.py, which knows docs/artifacts.md and nothing of this
// code.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "artifact/fastcdc.hpp"
#include "sdk/artifact/sample_bytes.hpp"
#include "support/artifact_fastcdc_parity_test_paths.hpp"
#include "support/directories.hpp"
#include "support/process/process.hpp"
#include "support/temp_directory.hpp"

namespace tracker::artifact {
namespace {

constexpr ChunkSizes kSmall{1024, 4096, 16384};

std::string reference(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(),
                   {PYTHON, TRACKER_SOURCE_DIR "/tests/sdk/artifact/fastcdc_reference.py"});
  const auto result =
      test_support::run({.command = std::move(arguments), .environment = {}, .directory = {}});
  EXPECT_EQ(result.status.code, 0) << result.errors;
  return result.output;
}

std::string lengths(const FastCdc& cutter, std::string_view bytes) {
  std::string line;
  while (!bytes.empty()) {
    const std::size_t length = cutter.cut(bytes);
    line += (line.empty() ? "" : " ") + std::to_string(length);
    bytes.remove_prefix(length);
  }
  return line;
}

// `sample` of the reference.
std::string sample(std::uint64_t seed) {
  test::SampleBytes numbers(seed);
  const std::size_t size = 50'000 + numbers.number() % 100'000;
  const std::size_t same = numbers.number() % size;
  std::string out;
  while (out.size() < size) {
    const std::uint64_t number = numbers.number();
    if (same <= out.size() && out.size() < same + 20'000)
      out += std::string(8, static_cast<char>(seed % 256));
    else
      test::SampleBytes::put(out, out.size() < size / 4 ? number & 0x0303030303030303 : number);
  }
  out.resize(size);
  return out;
}

TEST(FastCdcParity, CutsOfDrawnBytesAreTheReferences) {
  constexpr std::uint64_t kSeeds = 25;
  std::vector<std::string> seeds;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) seeds.push_back(std::to_string(seed));
  std::istringstream lines(reference(seeds));
  const FastCdc cutter(kSmall);
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    std::string expected;
    ASSERT_TRUE(std::getline(lines, expected));
    EXPECT_EQ(lengths(cutter, sample(seed)), expected) << "seed " << seed;
  }
}

TEST(FastCdcParity, CutsOfAnArtifactsFileAreTheReferences) {
  const test::TempDirectory directory;
  std::string bytes = test::SampleBytes(7).bytes(9 << 20);
  bytes.insert(3 << 20, std::string(5 << 20, 'x'));
  const auto file = directory / "file";
  std::ofstream(file, std::ios::binary) << bytes;
  std::string expected = reference({"--file", file.string()});
  ASSERT_FALSE(expected.empty());
  expected.pop_back();
  EXPECT_EQ(lengths(FastCdc(), bytes), expected);
}

}  // namespace
}  // namespace tracker::artifact
