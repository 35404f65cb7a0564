// Overloaded{lambda, lambda, …} for std::visit.
#pragma once

namespace gatepost {

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

}  // namespace gatepost
