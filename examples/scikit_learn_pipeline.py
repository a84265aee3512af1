"""The engine inside scikit-learn: cross-validation, a grid search, and a pipeline on rows of numbers."""

from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from trainer import ImageClassifier

digits = load_digits()
images = (digits.images / 16 * 255).astype("uint8")  # (N, 8, 8)
x, x_test, y, y_test = train_test_split(images, digits.target, test_size=0.2, stratify=digits.target, random_state=0)

network = ImageClassifier("mlp", epochs=5, settings={"mlp": {"hidden": 64}}, random_state=0)
print("3-fold accuracy of a small network:", cross_val_score(network, x, y, cv=3).round(3))

search = GridSearchCV(network, {"lr": [0.001, 0.01]}, cv=3).fit(x, y)
print("best learning rate:", search.best_params_["lr"])
print("accuracy on test images:", round(search.score(x_test, y_test), 3))

# rows of numbers are taken as well, and so are paths: ImageClassifier().fit(["a.jpg", "b.jpg"], ["cat", "dog"])
rows, rows_test, y, y_test = train_test_split(digits.data, digits.target, test_size=0.2, random_state=0)
pipeline = make_pipeline(StandardScaler(), ImageClassifier(epochs=10, lr=0.01, random_state=0)).fit(rows, y)
print("softmax regression on scaled rows:", round(pipeline.score(rows_test, y_test), 3))
