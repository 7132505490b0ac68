"""The floor: the plainest endpoint with Flask and Flask-SQLAlchemy; `/limit` has not even a database."""

import os

from flask import Flask, Response, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """The base of the one table."""


class Row(Base):
    """What an activation would be, if there were nothing to it."""

    __tablename__ = "row"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)


app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["FLOOR_DATABASE"]
db = SQLAlchemy(app, model_class=Base)


@app.post("/limit")
def limit() -> Response:
    """Answer, and do nothing else."""
    request.get_json()
    return jsonify(ok=True)


@app.post("/first")
def first() -> Response:
    """Insert one row, and commit it."""
    db.session.add(Row(token=request.get_json()["token"]))
    db.session.commit()
    return jsonify(ok=True)


@app.post("/repeat")
def repeat() -> Response:
    """Look one row up by its index."""
    found = db.session.scalar(db.select(Row.id).where(Row.token == request.get_json()["token"]))
    return jsonify(ok=found is not None)


with app.app_context():
    if db.engine.dialect.name == "sqlite":
        # The file keeps it; synchronous=FULL is SQLite's own default.
        db.session.execute(text("PRAGMA journal_mode=WAL"))
    db.create_all()
