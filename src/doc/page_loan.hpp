// How several threads look at one document, of which only parts lie in memory (pages.hpp): each has a shelf for the
// pages that it looks at, and what one thread has on its shelf it can lend to another. Documents that are in memory as
// a whole need none of this, and nothing is done for them.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "doc/document.hpp"
#include "doc/pages.hpp"

namespace gatepost::doc {

// Makes a shelf for each of the threads 0 to `threads` - 1, of which 0 is the only one that looks at the document.
void share_pages(const View& any, unsigned threads);

// While it lives, this thread looks at the pages of its own shelf, whatever the document. Elsewhere threads use shelf
// 0.
class OwnShelf {
 public:
  explicit OwnShelf(unsigned thread) : before_(std::exchange(detail::Pages::own_shelf, thread)) {}
  ~OwnShelf() { detail::Pages::own_shelf = before_; }
  OwnShelf(const OwnShelf&) = delete;
  OwnShelf& operator=(const OwnShelf&) = delete;

 private:
  unsigned before_;
};

// Pages that views lie in, on their way from one thread to another.
class PageLoan {
 public:
  void add(const View& view);  // on the lending thread
  void take() const;           // on the other one: puts the pages on its shelf

 private:
  struct Lent {
    const detail::Pages* pages;
    std::uint32_t number;
    detail::SharedTree tree;
  };
  std::vector<Lent> lent_;
};

}  // namespace gatepost::doc
