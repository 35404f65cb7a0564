#include "base/pages.hpp"

#include <sys/mman.h>

#include <new>

namespace gatepost {

void* map_pages(std::size_t bytes) {
  void* const pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) throw std::bad_alloc();
  return pages;
}

void ReturnPages::operator()(void* pages) const { ::munmap(pages, bytes); }

}  // namespace gatepost
