#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

// A trie over bytes as a double array (Aoe 1989; with exclusive or in place of the sum, as in
// darts-clone): a step is one look at one place, and the whole trie one block of memory. Built
// once, then only read; any thread.
namespace trainer::text {

class DoubleArray {
 public:
  static constexpr std::uint32_t kRoot = 0;
  static constexpr std::uint32_t kNowhere = 0xFFFFFFFFU;
  static constexpr std::int32_t kNoValue = -1;

  struct Entry {
    std::string_view key;    // any bytes; an empty one is ignored
    std::int32_t value = 0;  // not negative
  };

  DoubleArray() = default;
  // Of two entries with the same key the later one counts. The keys are not kept. Takes memory in
  // proportion to their bytes. Throws kInvalidInput when they are more than 2^30 bytes.
  explicit DoubleArray(std::vector<Entry> entries);

  // The node that `byte` leads to, or kNowhere.
  std::uint32_t step(std::uint32_t node, char byte) const noexcept {
    const std::uint32_t next = nodes_[node].base ^ static_cast<unsigned char>(byte);
    return nodes_[next].parent == node ? next : kNowhere;
  }
  // The value of the key that ends at a node, or kNoValue.
  std::int32_t value(std::uint32_t node) const noexcept { return nodes_[node].value; }
  // The node that a text leads to from `node`, or kNowhere.
  std::uint32_t walk(std::uint32_t node, std::string_view text) const noexcept;
  // The value of a key, or kNoValue.
  std::int32_t find(std::string_view key) const noexcept;

 private:
  friend class DoubleArrayBuilder;
  struct Node {
    std::uint32_t base = 0;  // of its children: child = base ^ byte, all in one block of 256
    std::uint32_t parent = kNowhere;  // kNowhere: the place is free, or the root
    std::int32_t value = kNoValue;
  };
  // An empty trie: the root, whose children are all nowhere.
  std::vector<Node> nodes_ = std::vector<Node>(256);
};

}  // namespace trainer::text
