#include "gc_rounds.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "artifacts_fixture.hpp"

namespace tracker::artifacts {
namespace {

constexpr int kUploaders = 3, kUploads = 4, kCollectors = 2;
constexpr int kStock = 12;        // different chunks
constexpr std::size_t kKept = 3;  // versions that the deleter leaves, while others come

class Round {
 public:
  Round(storage::Database& database, std::uint64_t seed, ChunkStore* store)
      : database_(database),
        seed_(seed),
        store_(store),
        project_("p" + std::to_string(seed)),
        uploads_(database, clock_, store),
        downloads_(database, store) {}

  GcRound work() {
    {
      std::vector<std::jthread> collectors, actors;
      for (int i = 0; i < kCollectors; ++i)
        collectors.emplace_back([this](const std::stop_token& stop) { collect(stop); });
      for (int i = 0; i < kUploaders; ++i)
        actors.emplace_back([this, i] { guarded([&] { upload(i); }); });
      actors.emplace_back([this] { guarded([&] { remove_some(); }); });
      for (int i = 0; i < kUploaders; ++i) actors[static_cast<std::size_t>(i)].join();
      uploading_ = false;
    }
    guarded([&] { read_back(); });
    guarded([&] { remove_all(); });
    out_.collected = collected_;
    return out_;
  }

 private:
  template <class Body>
  void guarded(Body body) {
    try {
      body();
    } catch (const std::exception& error) {
      fail(error.what());
    }
  }
  void fail(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (out_.failure.empty()) out_.failure = "seed " + std::to_string(seed_) + ": " + what;
  }

  static std::string piece(std::uint32_t i) {
    return "piece " + std::to_string(i) + std::string(64 + i * 7, static_cast<char>('a' + i)) + "|";
  }
  static Tree random_tree(std::mt19937_64& random) {
    Tree tree;
    const auto files = 1 + random() % 3;
    for (std::uint64_t f = 0; f < files; ++f) {
      std::string& content = tree["file" + std::to_string(f)];
      const auto pieces = 1 + random() % 4;
      for (std::uint64_t i = 0; i < pieces; ++i)
        content += piece(static_cast<std::uint32_t>(random() % kStock));
    }
    return tree;
  }

  void upload(int who) {
    std::mt19937_64 random(seed_ * 100 + static_cast<std::uint64_t>(who));
    TestClient client{uploads_, project_, "model", "net" + std::to_string(who % 2)};
    for (int i = 0; i < kUploads; ++i) {
      const Tree tree = random_tree(random);
      const auto upload = client.begin();
      client.send(upload, tree);
      if (random() % 4 == 0) {
        uploads_.abort(upload);
        continue;
      }
      const auto committed = client.commit(upload, tree);
      const std::lock_guard lock(mutex_);
      trees_[committed.version.id] = tree;
    }
  }

  // What is deleted is taken off the list first: from then on nothing is promised.
  void remove_some() {
    std::mt19937_64 random(seed_ * 100 + 99);
    while (uploading_) {
      storage::ArtifactRef ref;
      {
        const std::lock_guard lock(mutex_);
        if (trees_.size() <= kKept) {
          std::this_thread::yield();
          continue;
        }
        auto chosen = trees_.begin();
        std::advance(chosen, static_cast<std::ptrdiff_t>(random() % trees_.size()));
        ref.id = chosen->first;
        // An upload of the same content may be answered with this version, and lists it again.
        deleted_.insert(chosen->first);
        trees_.erase(chosen);
      }
      storage::delete_version(database_, ref, {clock_.now_us(), 0, true});
    }
  }

  void collect(const std::stop_token& stop) {
    Collector collector(database_, clock_, store_, {.sweep_us = 0, .chunks_at_once = 5});
    while (!stop.stop_requested()) guarded([&] { collected_ += collector.round().chunks; });
  }

  void read_back() {
    for (const auto& [id, tree] : trees_) {
      if (deleted_.contains(id)) continue;
      const auto version = storage::find_version(database_, {id, {}, {}, {}});
      const auto project = storage::project_with_artifacts(database_, project_);
      const auto manifest = downloads_.manifest(version);
      if (*manifest != manifest_of(tree)) fail("another manifest");
      artifact::ManifestReader reader(*manifest);
      while (const auto entry = reader.next()) {
        std::string content;
        for (const FilePiece& piece : artifacts::pieces_of(*entry, {0, *entry->size})) {
          content += downloads_.piece(project, piece);
          ++out_.chunks;
        }
        if (content != tree.at(std::string(entry->path))) fail("another content");
      }
      ++out_.versions;
    }
  }

  void remove_all() {
    for (const char* name : {"net0", "net1"}) {
      try {
        storage::delete_collection(database_, project_, name, {clock_.now_us(), 0, true});
      } catch (const Error& error) {
        if (error.code() != ErrorCode::kNotFound) throw;
      }
    }
    Collector collector(database_, clock_, store_);
    collected_ += collector.round().chunks;
    storage::PgConnection connection(database_.options().dsn, 0);
    const auto left = connection.run("SELECT count(*) FROM artifact_chunk").bigint(0, 0);
    if (left != 0) fail(std::to_string(left) + " chunks are left that nobody holds");
    const auto objects = connection.run("SELECT count(*) FROM artifact_object").bigint(0, 0);
    if (objects != 0) fail(std::to_string(objects) + " objects are left to be removed");
  }

  storage::Database& database_;
  const std::uint64_t seed_;
  ChunkStore* const store_;
  const std::string project_;
  core::ManualClock clock_{storage::kNow};
  Uploads uploads_;
  Downloads downloads_;
  std::atomic<bool> uploading_{true};
  std::atomic<std::size_t> collected_{0};
  std::mutex mutex_;  // guards what follows while threads run
  std::map<storage::ArtifactVersionId, Tree> trees_;
  std::set<storage::ArtifactVersionId> deleted_;
  GcRound out_;
};

}  // namespace

GcRound run_gc_round(storage::Database& database, std::uint64_t seed, ChunkStore* store) {
  return Round(database, seed, store).work();
}

}  // namespace tracker::artifacts
