// A hostile file in the token cache, as it stands and with right checksums: it is refused with an
// Error, or its sequences lie within its ids. Inputs are what follows the header's first 8 bytes
// that change: "rows tokens types" (three bytes), then the columns.
#include <stdlib.h>

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "config/error.hpp"
#include "data/tokens/token_file.hpp"
#include "data/tokens/token_file_header.hpp"

namespace {

namespace data = trainer::data;

const std::string& name() {
  static const std::string made = [] {
    std::string text = "/tmp/token-file-fuzz-XXXXXX";
    if (::mkdtemp(text.data()) == nullptr) std::abort();
    return text + "/x.tokens";
  }();
  return made;
}

void read(std::string_view bytes) {
  std::ofstream(name(), std::ios::binary | std::ios::trunc) << bytes;
  try {
    const auto file = data::map_token_file(name(), std::string(64, 'a'));
    if (!file) std::abort();
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < file->rows(); ++i) {
      const auto begin = static_cast<std::size_t>(file->offsets[i]);
      const auto end = static_cast<std::size_t>(file->offsets[i + 1]);
      for (std::size_t t = begin; t < end; ++t) sum += file->ids[t];
    }
    if (sum < 0) std::abort();
  } catch (const trainer::Error&) {
  }
}

// A header that fits the columns, if any does.
std::string with_header(std::string_view input) {
  using namespace data::token_file;
  Header h;
  h.rows = static_cast<std::uint8_t>(input[0]);
  h.tokens = static_cast<std::uint8_t>(input[1]);
  h.types = static_cast<std::uint8_t>(input[2]) % 2 == 0 ? 0 : h.tokens;
  h.offsets_at = aligned(kHeaderBytes + 4 * h.tokens);
  h.types_at = aligned(h.offsets_at + 8 * (h.rows + 1));
  h.size = h.types_at + 4 * h.types;
  h.key = to_digest(std::string(64, 'a'));
  std::string bytes(h.size, '\0');
  input.substr(3).copy(bytes.data() + kHeaderBytes, bytes.size() - kHeaderBytes);
  const auto digest = [&](std::uint64_t at, std::uint64_t size) {
    return digest_of(std::as_bytes(std::span(bytes).subspan(at, size)));
  };
  h.ids_digest = digest(kHeaderBytes, 4 * h.tokens);
  h.offsets_digest = digest(h.offsets_at, 8 * (h.rows + 1));
  h.types_digest = digest(h.types_at, 4 * h.types);
  h.digest = own_digest(h);
  std::memcpy(bytes.data(), &h, sizeof(h));
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  if (input.size() >= 3) read(with_header(input));
  std::string raw(input);
  raw.resize(std::max<std::size_t>(raw.size(), 4096));
  raw.replace(0, 8, "TRTOKENS");
  read(raw);
  return 0;
}
