// Does the time of refusing a wrong key tell how much of it is right? Wrong keys that share
// nothing, half, and all but the last with a key that is good are looked up in turn, thousands of
// times, with PostgreSQL behind: docs/security.md, "Secrets". "shares nothing, others" is a second
// set of keys that share nothing: what it differs by is noise. The first table compares letter by
// letter until one differs, as the server does not: it shows that such a leak would be seen.
#include <openssl/evp.h>
#include <spdlog/spdlog.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <random>

#include "auth/gate.hpp"
#include "auth/token.hpp"
#include "base/crc32c.hpp"
#include "core/clock.hpp"
#include "differences.hpp"
#include "storage/accounts.hpp"
#include "storage/api_keys.hpp"
#include "storage/migrate.hpp"
#include "support/postgres/postgres_fixture.hpp"

namespace {

using namespace tracker;
using namespace key_timing;

constexpr std::size_t kSecretBytes = 32, kInputs = 64;

std::string text_of(const std::string& id, const std::string& secret) {
  const std::uint32_t crc = base::crc32c(0, secret);
  std::string bytes = secret;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(crc >> shift));
  std::string body(48 + 1, '\0');  // and the NUL that OpenSSL writes
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(body.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  body.resize(48);
  for (char& c : body) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return "trk_" + id + "-" + body;
}

// The first `shared` bytes of `of`, then one that differs, then whatever comes.
std::string like(const std::string& of, std::size_t shared, std::mt19937_64& random) {
  std::string out = of;
  for (std::size_t i = shared; i < out.size(); ++i) out[i] = static_cast<char>(random());
  if (shared < out.size())
    out[shared] = static_cast<char>(of[shared] ^ static_cast<char>(1 + random() % 255));
  return out;
}

// In letters of base64url, so that what is compared has the form of a key.
std::string like_text(const std::string& of, std::size_t shared, std::mt19937_64& random) {
  static constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv";
  std::string out = of;
  for (std::size_t i = shared; i < out.size(); ++i) do
      out[i] = kLetters[random() % kLetters.size()];
    while (i == shared && out[i] == of[i]);
  return out;
}

template <class Make>
std::vector<Kind> kinds_of(std::size_t length, Make make) {
  std::vector<Kind> kinds = {{"shares nothing", {}},
                             {"shares nothing, others", {}},
                             {"shares half", {}},
                             {"shares all but the last", {}}};
  const std::size_t shared[] = {0, 0, length / 2, length - 1};
  for (std::size_t kind = 0; kind < kinds.size(); ++kind)
    for (std::size_t i = 0; i < kInputs; ++i) kinds[kind].inputs.push_back(make(shared[kind]));
  return kinds;
}

void print(const char* what, const std::vector<Difference>& found) {
  std::printf("\n%s\n%-26s %12s %14s   %s\n", what, "", "median ns", "difference ns",
              "95 % interval");
  for (const auto& one : found)
    std::printf("%-26s %12.1f %14.2f   %.2f … %.2f%s\n", one.name.c_str(), one.median,
                one.difference, one.low, one.high,
                one.low <= 0 && one.high >= 0 ? "" : "  (not 0)");
}

bool letter_by_letter(const std::string& a, const std::string& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i] != b[i]) return false;
    asm volatile("" ::: "memory");  // or the compiler compares several at once
  }
  return a.size() == b.size();
}

struct World {
  storage::Database database{{.dsn = test::PostgresCluster::instance().fresh_database()}};
  core::SystemClock clock;
  auth::Gate gate{database, clock, auth::Anonymous::kNever};
  std::string id = "1f3a9c02", secret = auth::random_bytes(kSecretBytes);
  std::string key = text_of(id, secret);

  World() {
    storage::migrate(database);
    const storage::AuditEntry entry{clock.now_us(), "bench", "", "", "", "bench", "", ""};
    storage::make_account(database, {"ada", "", true}, entry);
    const auto user = storage::find_account(database, "ada")->id;
    storage::add_api_key(database, {id, auth::sha256(key), user, "k"}, entry);
  }
  bool known(const std::string& text) {
    return gate.identify({.key = text, .session = {}}, {"127.0.0.1", "bench"}).kind ==
           auth::Principal::Kind::kUser;
  }
};

void measure(World& world, Plan plan) {
  std::mt19937_64 random(plan.seed);
  std::size_t taken = 0;  // also keeps the compiler from leaving the work out
  Plan small = plan;
  small.repeats = 1'000;
  const auto texts = kinds_of(48, [&](std::size_t shared) {
    return like_text(world.key, world.key.size() - 48 + shared, random);
  });
  const auto hash = auth::sha256(world.key);
  const auto hashes = kinds_of(32, [&](std::size_t shared) { return like(hash, shared, random); });
  const auto keys = kinds_of(kSecretBytes, [&](std::size_t shared) {
    return text_of(world.id, like(world.secret, shared, random));
  });
  print("letter by letter (what would leak)",
        compare(
            texts, [&](auto& text) { taken += letter_by_letter(world.key, text); }, small));
  print("comparison of two SHA-256",
        compare(
            hashes, [&](auto& one) { taken += auth::equal_in_constant_time(hash, one); }, small));
  print("whole look-up, as typed: the sum in the key is wrong, the database is not asked",
        compare(
            texts, [&](auto& text) { taken += world.known(text); }, small));
  print("whole look-up, the sum in the key is right: the database is asked for its id",
        compare(
            keys, [&](auto& key) { taken += world.known(key); }, plan));
  if (taken != 0) throw std::runtime_error("a wrong key was taken");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Does the time of refusing a wrong key tell how much of it is right?"};
  Plan plan;
  app.add_option("--blocks", plan.blocks, "blocks of calls")->capture_default_str();
  app.add_option("--calls", plan.calls, "calls of each kind in a block")->capture_default_str();
  app.add_option("--seed", plan.seed, "of the order and of the wrong keys")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  spdlog::set_level(spdlog::level::off);
  World world;
  if (!world.known(world.key)) {
    std::fprintf(stderr, "the right key is not taken\n");
    return 1;
  }
  std::printf("%zu blocks of %zu calls of each kind, seed %llu\n", plan.blocks, plan.calls,
              static_cast<unsigned long long>(plan.seed));
  measure(world, plan);
  return 0;
}
