"""PyTorch on the CPU. Its packages are too large for every run: an environment of its own."""

import mlflow
import torch
from lightning import LightningModule, Trainer
from suite import check, client, experiment
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(3)


def data():
    features = torch.randn(64, 3)
    return features, features.sum(dim=1, keepdim=True)


class Line(LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 1)

    def forward(self, features):
        return self.layer(features)

    def training_step(self, batch, _):
        features, labels = batch
        loss = nn.functional.mse_loss(self(features), labels)
        self.log("train_loss", loss, on_epoch=True)
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.05)


@check
def pytorch_log_model():
    features, _ = data()
    mlflow.set_experiment(experiment_id=experiment())
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
    with mlflow.start_run() as active:
        info = mlflow.pytorch.log_model(
            model, name="net", input_example=features[:2].numpy(), serialization_format="pickle"
        )
        mlflow.pytorch.log_state_dict(model.state_dict(), artifact_path="weights")
    loaded = mlflow.pytorch.load_model(info.model_uri)
    assert torch.equal(loaded(features), model(features))
    predicted = mlflow.pyfunc.load_model(info.model_uri).predict(features.numpy())
    assert predicted.shape == (64, 1)
    weights = mlflow.pytorch.load_state_dict(f"runs:/{active.info.run_id}/weights")
    assert torch.equal(weights["0.bias"], model[0].bias)


@check
def pytorch_autolog_with_lightning():
    home = experiment()
    mlflow.set_experiment(experiment_id=home)
    mlflow.pytorch.autolog()
    trainer = Trainer(
        accelerator="cpu",
        max_epochs=4,
        logger=False,
        enable_progress_bar=False,
        enable_checkpointing=False,
        enable_model_summary=True,
    )
    try:
        with mlflow.start_run() as active:
            trainer.fit(Line(), DataLoader(TensorDataset(*data()), batch_size=16))
    finally:
        mlflow.pytorch.autolog(disable=True)
    run = client.get_run(active.info.run_id)
    assert run.info.status == "FINISHED"
    assert run.data.params["optimizer_name"] == "Adam" and run.data.params["lr"] == "0.05"
    history = client.get_metric_history(run.info.run_id, "train_loss")
    assert len(history) == 4 and history[-1].value < history[0].value
    assert "model_summary.txt" in {each.path for each in client.list_artifacts(run.info.run_id)}
    (output,) = run.outputs.model_outputs
    assert isinstance(mlflow.pytorch.load_model(f"models:/{output.model_id}"), Line)
