#include "doc/page_loan.hpp"

#include <algorithm>

namespace gatepost::doc {

void share_pages(const View& any, unsigned threads) {
  if (const detail::Pages* const pages = detail::Pages::of(any)) pages->share_among(threads);
}

void PageLoan::add(const View& view) {
  const detail::Pages* const pages = detail::Pages::of(view);
  const std::uint32_t number = detail::Pages::number_of(view);
  if (pages == nullptr || number == 0) return;
  // Most records lie in the page of the one before them.
  const auto known = std::find_if(lent_.rbegin(), lent_.rend(),
                                  [&](const Lent& it) { return it.number == number && it.pages == pages; });
  if (known != lent_.rend()) return;
  if (detail::SharedTree tree = pages->lend(number)) lent_.push_back({pages, number, std::move(tree)});
}

void PageLoan::take() const {
  for (const Lent& it : lent_) it.pages->put_on_shelf(it.number, it.tree);
}

}  // namespace gatepost::doc
