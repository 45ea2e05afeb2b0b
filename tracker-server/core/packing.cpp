#include "core/packing.hpp"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>

#include <tracker/error.hpp>

namespace tracker::core {
namespace {

enum class Residue : std::uint8_t { kOffset = 0, kDelta = 1, kDeltaOfDelta = 2 };

constexpr unsigned kCompressed = 4;
constexpr int kLevel = 1;
constexpr int kMinMatch = 7;  // noise is full of shorter repetitions, and they cost more than it
constexpr std::size_t kWorthCompressing = 32;
constexpr std::size_t kWorthABlock = 256;  // bytes of a plane
constexpr std::size_t kBlockHead = 16;     // of a zstd block, and room to spare

std::uint64_t zigzag(std::uint64_t v) noexcept { return (v << 1) ^ (0 - (v >> 63)); }
std::uint64_t unzigzag(std::uint64_t v) noexcept { return (v >> 1) ^ (0 - (v & 1)); }

struct Residues {
  Residue kind = Residue::kOffset;
  std::uint64_t base = 0, first_delta = 0;
  unsigned shift = 0, width = 0;
  std::uint64_t bits = 0;  // of all residues, a guess at how they will compress
  std::vector<std::uint64_t> values;
};

void finish(Residues& r) {
  std::uint64_t all = 0;
  for (const std::uint64_t v : r.values) all |= v;
  r.shift = all == 0 ? 0 : static_cast<unsigned>(std::countr_zero(all));
  r.width = (static_cast<unsigned>(std::bit_width(all >> r.shift)) + 7) / 8;
  for (std::uint64_t& v : r.values) {
    v >>= r.shift;
    r.bits += static_cast<std::uint64_t>(std::bit_width(v));
  }
}

// Smallest in the signed sense: values of both signs are common.
Residues offsets(std::span<const std::uint64_t> values) {
  Residues r;
  auto smallest = static_cast<std::int64_t>(values[0]);
  for (const std::uint64_t v : values) smallest = std::min(smallest, static_cast<std::int64_t>(v));
  r.base = static_cast<std::uint64_t>(smallest);
  r.values.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) r.values[i] = values[i] - r.base;
  finish(r);
  return r;
}

Residues deltas(std::span<const std::uint64_t> values) {
  Residues r;
  r.kind = Residue::kDelta;
  r.base = values[0];
  r.values.resize(values.size());
  for (std::size_t i = 1; i < values.size(); ++i) r.values[i] = zigzag(values[i] - values[i - 1]);
  finish(r);
  return r;
}

Residues deltas_of_deltas(std::span<const std::uint64_t> values) {
  Residues r;
  r.kind = Residue::kDeltaOfDelta;
  r.base = values[0];
  r.first_delta = values.size() > 1 ? values[1] - values[0] : 0;
  r.values.resize(values.size());
  for (std::size_t i = 2; i < values.size(); ++i)
    r.values[i] = zigzag((values[i] - values[i - 1]) - (values[i - 1] - values[i - 2]));
  finish(r);
  return r;
}

void put_u64(std::string& out, std::uint64_t v) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(v >> (8 * i));
  out.append(bytes, 8);
}

std::string planes_of(const Residues& r) {
  std::string planes(r.width * r.values.size(), '\0');
  char* at = planes.data();
  for (unsigned p = 0; p < r.width; ++p)
    for (const std::uint64_t v : r.values) *at++ = static_cast<char>(v >> (8 * p));
  return planes;
}

void check(std::size_t result) {
  if (ZSTD_isError(result) != 0)
    throw Error(ErrorCode::kInternal, "zstd failed to compress a column");
}

// One frame. Planes differ in what is frequent, and those of a size that pays for it get a block
// each, and with it a code of their own: noise costs its entropy and not that of a mixture.
std::string compress(std::string_view planes, std::size_t plane) {
  struct Free {
    void operator()(ZSTD_CCtx* c) const noexcept { ZSTD_freeCCtx(c); }
  };
  thread_local const std::unique_ptr<ZSTD_CCtx, Free> context(ZSTD_createCCtx());
  ZSTD_CCtx* const c = context.get();
  check(ZSTD_CCtx_reset(c, ZSTD_reset_session_and_parameters));
  check(ZSTD_CCtx_setParameter(c, ZSTD_c_compressionLevel, kLevel));
  check(ZSTD_CCtx_setParameter(c, ZSTD_c_minMatch, kMinMatch));
  check(ZSTD_CCtx_setPledgedSrcSize(c, planes.size()));
  const std::size_t block = plane >= kWorthABlock ? plane : planes.size();
  const std::size_t blocks = planes.size() / block;
  std::string out(ZSTD_compressBound(planes.size()) + kBlockHead * blocks, '\0');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  for (std::size_t b = 0; b < blocks; ++b) {
    ZSTD_inBuffer from{planes.data() + b * block, block, 0};
    const std::size_t left =
        ZSTD_compressStream2(c, &to, &from, b + 1 < blocks ? ZSTD_e_flush : ZSTD_e_end);
    check(left);
    if (left != 0) throw Error(ErrorCode::kInternal, "zstd wants more room than it said");
  }
  out.resize(to.pos);
  return out;
}

std::string serialize(const Residues& r) {
  std::string body = planes_of(r);
  unsigned flags = static_cast<unsigned>(r.kind) | r.width << 4;
  if (body.size() >= kWorthCompressing) {
    std::string small = compress(body, r.values.size());
    if (small.size() < body.size()) {
      body = std::move(small);
      flags |= kCompressed;
    }
  }
  std::string out;
  out.reserve(18 + body.size());
  out.push_back(static_cast<char>(flags));
  out.push_back(static_cast<char>(r.shift));
  put_u64(out, r.base);
  if (r.kind == Residue::kDeltaOfDelta) put_u64(out, r.first_delta);
  return out += body;
}

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  std::uint8_t u8() {
    if (bytes_.empty()) damaged_column("it ends too early");
    const auto v = static_cast<std::uint8_t>(bytes_[0]);
    bytes_.remove_prefix(1);
    return v;
  }
  std::uint64_t u64() {
    std::uint64_t v = 0;
    for (int i = 0; i < 8; ++i) v |= static_cast<std::uint64_t>(u8()) << (8 * i);
    return v;
  }
  std::string_view rest() const noexcept { return bytes_; }

 private:
  std::string_view bytes_;
};

// Into memory of this thread, good until the next call.
std::string_view decompress(std::string_view bytes, std::size_t size) {
  if (ZSTD_getFrameContentSize(bytes.data(), bytes.size()) != size)
    damaged_column("its size is not what the row says");
  struct Free {
    void operator()(ZSTD_DCtx* c) const noexcept { ZSTD_freeDCtx(c); }
  };
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  thread_local std::string out;
  if (out.size() < size) out.resize(size);
  const std::size_t got =
      ZSTD_decompressDCtx(context.get(), out.data(), size, bytes.data(), bytes.size());
  if (ZSTD_isError(got) != 0 || got != size) damaged_column("zstd cannot read it");
  return {out.data(), size};
}

// Each value once, from all its planes: the compiler turns the inner loop into shifts.
template <unsigned kWidth>
void join_planes(const std::uint8_t* planes, unsigned shift, std::span<std::uint64_t> out) {
  const std::size_t count = out.size();
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t value = 0;
    for (unsigned p = 0; p < kWidth; ++p)
      value |= static_cast<std::uint64_t>(planes[p * count + i]) << (8 * p);
    out[i] = value << shift;
  }
}

void join_planes(unsigned width, std::string_view planes, unsigned shift,
                 std::span<std::uint64_t> out) {
  using Join = void (*)(const std::uint8_t*, unsigned, std::span<std::uint64_t>);
  constexpr Join kJoins[] = {join_planes<0>, join_planes<1>, join_planes<2>,
                             join_planes<3>, join_planes<4>, join_planes<5>,
                             join_planes<6>, join_planes<7>, join_planes<8>};
  kJoins[width](reinterpret_cast<const std::uint8_t*>(planes.data()), shift, out);
}

void undo(Residue kind, std::uint64_t base, std::uint64_t first_delta,
          std::span<std::uint64_t> values) {
  if (kind == Residue::kOffset) {
    for (std::uint64_t& v : values) v += base;
    return;
  }
  std::uint64_t value = base;
  std::uint64_t delta = kind == Residue::kDelta ? 0 : first_delta;
  values[0] = value;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (kind == Residue::kDelta)
      delta = unzigzag(values[i]);
    else if (i > 1)
      delta += unzigzag(values[i]);
    value += delta;
    values[i] = value;
  }
}

}  // namespace

void pack(std::span<const std::uint64_t> values, std::string& out) {
  if (values.empty()) return;
  std::array<Residues, 3> candidates{offsets(values), deltas(values), deltas_of_deltas(values)};
  std::sort(candidates.begin(), candidates.end(),
            [](const auto& a, const auto& b) { return a.bits < b.bits; });
  std::string best = serialize(candidates[0]);
  // The bit count is a good guess but no more: those that are near are tried as well.
  for (std::size_t i = 1; i < candidates.size() && candidates[0].width > 0; ++i) {
    if (candidates[i].bits >= candidates[0].bits + candidates[0].bits / 4) break;
    std::string other = serialize(candidates[i]);
    if (other.size() < best.size()) best = std::move(other);
  }
  out += best;
}

void unpack(std::string_view bytes, std::span<std::uint64_t> out) {
  const std::size_t count = out.size();
  if (count == 0) {
    if (!bytes.empty()) damaged_column("bytes for no values");
    return;
  }
  Cursor cursor(bytes);
  const unsigned flags = cursor.u8();
  const unsigned shift = cursor.u8();
  const unsigned width = flags >> 4;
  const unsigned kind = flags & 3;
  if (width > 8 || kind > 2 || shift > 63 || (flags & 8) != 0) damaged_column("unknown packing");
  const std::uint64_t base = cursor.u64();
  const std::uint64_t first_delta = kind == 2 ? cursor.u64() : 0;
  const std::size_t size = width * count;
  std::string_view planes = cursor.rest();
  if ((flags & kCompressed) != 0) planes = decompress(planes, size);
  if (planes.size() != size) damaged_column("its size is not what the row says");
  join_planes(width, planes, shift, out);
  undo(static_cast<Residue>(kind), base, first_delta, out);
}

void damaged_column(const char* what) {
  throw Error(ErrorCode::kDataLoss, std::string("stored column is damaged: ") + what);
}

}  // namespace tracker::core
